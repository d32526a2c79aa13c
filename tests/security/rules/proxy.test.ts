import { describe, expect, it } from "vitest";
import { fromPage, outcome, proxyTo, site } from "../../../packages/client/test/proxy/support.ts";

const path = "/backend/tasks";

/** The outcome of a request with these headers in place of a page's. */
async function refusal(headers: Record<string, string>, init: RequestInit = {}, url = `${site}${path}`) {
  const { proxy, sent } = proxyTo();
  const result = await outcome(await proxy(new Request(url, { ...init, headers })));
  return sent.length > 0 ? "sent" : result;
}

/** The API's request for a page's. */
async function sentWith(headers: Record<string, string>): Promise<Headers> {
  const { proxy, sent } = proxyTo();
  await proxy(fromPage(path, {}, headers));
  return sent[0]?.headers ?? new Headers();
}

/** The browser's response for the API's. */
async function received(headers: Record<string, string>): Promise<Headers> {
  const { proxy } = proxyTo(() => new Response("<script>", { headers }));
  return (await proxy(fromPage(path))).headers;
}

describe("rules: the proxy", () => {
  it("A request that the browser says another site has caused is refused", async () => {
    for (const value of ["cross-site", "same-site"])
      expect(await refusal({ "sec-fetch-site": value }), value).toBe("403 cross_site_request");
    expect(await refusal({ "sec-fetch-site": "same-origin" })).toBe("sent");
  });

  it("A typed address reads, and changes nothing", async () => {
    expect(await refusal({ "sec-fetch-site": "none" })).toBe("sent");
    expect(await refusal({ "sec-fetch-site": "none" }, { method: "POST" })).toBe("403 cross_site_request");
  });

  it("A request with the Origin of another site is refused", async () => {
    const headers = { "sec-fetch-site": "same-origin", origin: "https://evil.example" };
    expect(await refusal(headers, { method: "POST" })).toBe("403 cross_site_request");
  });

  it("A request that does not say where it comes from is refused", async () => {
    expect(await refusal({})).toBe("403 cross_site_request");
    expect(await refusal({}, { method: "POST" })).toBe("403 cross_site_request");
  });

  it("What the API returns is never a script, a style, a worker or a frame of the site", async () => {
    for (const destination of ["script", "style", "worker", "serviceworker", "iframe", "object"]) {
      const headers = { "sec-fetch-site": "same-origin", "sec-fetch-dest": destination };
      expect(await refusal(headers), destination).toBe("403 cross_site_request");
    }
  });

  it("A path that can be read in two ways is refused", async () => {
    for (const end of ["a%2f..%2f..%2fadmin", "..;/admin", "%252e%252e", "a%5cb", "/admin"]) {
      const url = `${site}/backend/${end}`;
      expect(await refusal({ "sec-fetch-site": "same-origin" }, {}, url), end).toBe("400 path_rejected");
    }
  });

  it("A path outside the proxy's is refused", async () => {
    const url = `${site}/another/tasks`;
    expect(await refusal({ "sec-fetch-site": "same-origin" }, {}, url)).toBe("400 path_rejected");
  });

  it("Nothing is sent if the session is another user's than the page expects", async () => {
    const headers = { "sec-fetch-site": "same-origin", "usher-expected-user": "bert" };
    expect(await refusal(headers)).toBe("409 user_changed");
  });

  it("The browser's cookies stay behind", async () => {
    expect([...(await sentWith({ cookie: "session=1" })).keys()]).not.toContain("cookie");
  });

  it("A header that only a trusted proxy may send stays behind", async () => {
    const names = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
    const sent = await sentWith(Object.fromEntries(names.map((name) => [name, "10.0.0.1"])));
    expect([...sent.keys()].filter((name) => names.includes(name))).toEqual([]);
  });

  it("A header with an underscore, which some servers read as another name, stays behind", async () => {
    expect([...(await sentWith({ x_forwarded_for: "10.0.0.1" })).keys()]).not.toContain("x_forwarded_for");
  });

  it("A header that Connection names stays behind, in both directions", async () => {
    const headers = { connection: "x-hop", "x-hop": "1" };
    expect((await sentWith(headers)).has("x-hop")).toBe(false);
    expect((await received(headers)).has("x-hop")).toBe(false);
  });

  it("The API sets no cookie of the site", async () => {
    expect((await received({ "set-cookie": "session=2" })).getSetCookie()).toEqual([]);
  });

  it("No answer may be cached, and no refusal of the proxy either", async () => {
    expect((await received({ "cache-control": "public, max-age=60" })).get("cache-control")).toBe("no-store");
    const refused = await proxyTo().proxy(new Request(`${site}${path}`));
    expect(refused.headers.get("cache-control")).toBe("no-store");
  });

  it("A document of the API runs no script in the site", async () => {
    const policy = (await received({ "content-type": "text/html" })).get("content-security-policy");
    expect(policy).toContain("default-src 'none'; sandbox");
  });
});
