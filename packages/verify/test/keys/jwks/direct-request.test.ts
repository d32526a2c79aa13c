import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { askDirectly } from "../../../src/keys/jwks/direct-request.ts";
import { fetchJwks } from "../../../src/keys/jwks/fetch-jwks.ts";

afterEach(() => void vi.unstubAllGlobals());

/** Starts a server until the end of the test. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
}

const { signal } = new AbortController();
const headers = { accept: "application/json" };

describe("a direct request", () => {
  it("has these headers, and returns the status, the content type and the body", async () => {
    const url = await serve(({ headers }, response) =>
      response.writeHead(203, { "content-type": "text/x" }).end(headers.accept),
    );
    const answer = await askDirectly(url, headers, signal);
    expect(answer).toMatchObject({ status: 203, contentType: "text/x" });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer?.body ?? []) chunks.push(chunk);
    expect(String(Buffer.concat(chunks))).toBe("application/json");
  });

  it("returns an empty content type if the response has none", async () => {
    const url = await serve((_request, response) => response.end());
    expect((await askDirectly(url, headers, signal))?.contentType).toBe("");
  });

  it("rejects if nothing answers, or if it is aborted", async () => {
    const url = await serve((request) => request.socket.destroy());
    await expect(askDirectly(url, headers, signal)).rejects.toThrow("socket hang up");
    await expect(askDirectly(url, headers, AbortSignal.abort())).rejects.toThrow("aborted");
  });

  it("is not made where another machine would answer, or without node:http", () => {
    const { process } = globalThis;
    const ask = () => askDirectly("http://127.0.0.1:1/", headers, AbortSignal.abort());
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
    expect(ask()).toBeUndefined();
    for (const navigator of [undefined, { userAgent: "Node.js/24" }]) {
      vi.stubGlobal("navigator", navigator);
      for (const host of [undefined, {}, { getBuiltinModule: () => undefined }]) {
        vi.stubGlobal("process", host);
        const answer = ask();
        vi.stubGlobal("process", process);
        expect(answer).toBeUndefined();
      }
      const answer = ask();
      expect(answer).toBeInstanceOf(Promise);
      answer?.catch(() => undefined);
    }
  });
});

describe("fetchJwks", () => {
  it("asks this machine without the host's fetch, which may use a proxy", async () => {
    const url = await serve(({ headers }, response) =>
      // Node's fetch sends this header.
      response.end(JSON.stringify({ isFetch: "sec-fetch-mode" in headers })),
    );
    expect(await fetchJwks(url, undefined, 1000, signal)).toEqual({ isFetch: false });
    expect(await fetchJwks(url, (...input) => fetch(...input), 1000, signal)).toEqual({ isFetch: true });
  });

  it("uses the host's fetch for https", async () => {
    const url = (await serve((_request, response) => response.end("{}"))).replace("http:", "https:");
    await expect(fetchJwks(url, undefined, 1000, signal)).rejects.toThrow("fetch failed");
  });

  it("lets no fetch follow a redirect", async () => {
    const fetch = vi.fn(async () => new Response("{}"));
    await fetchJwks("https://a.example/jwks", fetch, 1000, signal);
    expect(fetch).toHaveBeenCalledWith(
      "https://a.example/jwks",
      expect.objectContaining({ redirect: "manual" }),
    );
  });

  it("reads no more of a body once it is aborted", async () => {
    const controller = new AbortController();
    let count = 0;
    const body = new ReadableStream({
      pull(stream) {
        if (++count === 3) controller.abort(new Error("the deadline"));
        stream.enqueue(Buffer.from(" "));
        if (count === 50) stream.close();
      },
    });
    const fetch = async () => new Response(body);
    await expect(fetchJwks("https://a.example/jwks", fetch, 1000, controller.signal)).rejects.toThrow(
      "the deadline",
    );
    expect(count).toBeLessThan(10);
  });
});
