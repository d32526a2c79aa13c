import { createApiClient, TokenUnavailableError } from "@usher-auth/client";
import { betterAuthToken, serverApi } from "@usher-auth/client/server";
import { describe, expect, it } from "vitest";
import { tokenOf, tokensInTurn } from "../../../packages/client/test/support/tokens.ts";

const baseURL = "https://api.example.com/v1";
const [anna, bert] = [tokenOf("1", 300, "anna"), tokenOf("2", 300, "bert")];
type Options = Partial<Parameters<typeof createApiClient>[0]>;

/** A client whose API answers 401 to the first token, and what the API gets. */
function clientWith(tokens: readonly string[], options: Options = {}) {
  const sent: Request[] = [];
  const client = createApiClient({
    baseURL,
    getToken: tokensInTurn(...tokens).getToken,
    singleUser: true,
    fetch: async (request) => {
      sent.push(request);
      const isRejected = sent.length === 1;
      const headers = { "www-authenticate": 'Bearer error="invalid_token"' };
      return isRejected ? new Response(null, { status: 401, headers }) : new Response("ok");
    },
    ...options,
  });
  return { client, sent };
}

/** The name of the error that a call rejects with, or "sent". */
async function outcome(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => "sent",
    (error: Error) => error.name,
  );
}

describe("rules: the client", () => {
  it("A request is repeated only if the user of both tokens is known, and the same", async () => {
    const same = clientWith([anna, tokenOf("3", 300, "anna")]);
    expect((await same.client("tasks")).status).toBe(200);
    const unknown = clientWith(["an-opaque-token", bert]);
    expect((await unknown.client("tasks")).status).toBe(401);
  });

  it("Nothing is sent with the token of another user than the client's first", async () => {
    const { client, sent } = clientWith([anna, bert]);
    expect(await outcome(client("tasks"))).toBe("UserChangedError");
    expect(await outcome(client("tasks"))).toBe("UserChangedError");
    expect(sent).toHaveLength(1);
  });

  it("Nothing is sent with the token of another user than the page was made for", async () => {
    const { client, sent } = clientWith([bert], { userId: "anna" });
    expect(await outcome(client("tasks"))).toBe("UserChangedError");
    expect(sent).toEqual([]);
  });

  it("A client that users may share sends nothing", async () => {
    const { client, sent } = clientWith([anna], { singleUser: false });
    expect(await outcome(client("tasks"))).toBe("SharedClientError");
    expect(sent).toEqual([]);
  });

  it("The client of a server keeps no token", async () => {
    const sent: (string | null)[] = [];
    const fetch = async ({ headers }: Request) => {
      sent.push(headers.get("authorization"));
      return new Response("ok");
    };
    const api = serverApi({ baseURL, fetch }).for(tokensInTurn(anna, bert).getToken);
    await api("tasks");
    await api("tasks");
    expect(sent).toEqual([`Bearer ${anna}`, `Bearer ${bert}`]);
  });

  it("The client of a server asks its host to cache no response", async () => {
    const caches: string[] = [];
    const fetch = async ({ cache }: Request) => {
      caches.push(cache);
      return new Response("ok");
    };
    await serverApi({ baseURL, fetch }).for(() => anna)("tasks");
    expect(caches).toEqual(["no-store"]);
  });

  it("The token is sent to the API's origin only", async () => {
    const { client } = clientWith([anna]);
    for (const url of ["https://evil.example/v1/", "//evil.example/v1/", "http://api.example.com/v1/"])
      expect(await outcome(client(url)), url).toBe("DestinationError");
  });

  it("The token is sent to paths below baseURL only", async () => {
    const { client } = clientWith([anna]);
    for (const url of ["../v2/tasks", "https://api.example.com/v2", "https://api.example.com/v10"])
      expect(await outcome(client(url)), url).toBe("DestinationError");
  });

  it("Over http, the token is sent only to this machine and to the hosts that are named", () => {
    const open = (host: string) => clientWith([], { baseURL: `http://${host}`, allowInsecureHosts: ["api"] });
    for (const host of ["localhost:3001", "127.0.0.1", "api:3001"]) expect(() => open(host)).not.toThrow();
    for (const host of ["api.example.com", "api2", "192.168.0.1"])
      expect(() => open(host), host).toThrow("allowInsecureHosts");
  });

  it("A redirect is not followed with the token", async () => {
    const seen: string[] = [];
    const { client } = clientWith([anna], {
      fetch: async ({ redirect }) => {
        seen.push(redirect);
        return new Response(null, { status: 307, headers: { location: "https://evil.example" } });
      },
    });
    expect(await outcome(client("tasks"))).toBe("TypeError");
    expect(seen).not.toContain("follow");
  });

  it("A failure of Better Auth is not a sign-out", async () => {
    for (const status of [429, 500, 503]) {
      const failed = async () => ({ data: null, error: { status } });
      const getToken = betterAuthToken({ token: failed, getSession: failed } as never);
      const answer = await Promise.resolve(getToken({ rejected: undefined })).catch(
        (error: unknown) => error,
      );
      expect(answer, String(status)).toBeInstanceOf(TokenUnavailableError);
    }
  });
});
