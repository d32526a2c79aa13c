import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { readProblem } from "../../src/index.ts";
import { clientOf } from "../support/client.ts";
import { type Received, startServer } from "../support/server.ts";
import { NOON, tokenOf, tokensInTurn } from "../support/tokens.ts";

type Refuse = (response: ServerResponse, request: Received) => void;

/** An API that refuses the first token, and a client that then gets another. */
async function refusedOnce(refuse: Refuse, onReauthenticationRequired?: () => boolean) {
  const api = await startServer((request, response) =>
    request.headers.authorization === `Bearer ${tokenOf("b")}`
      ? response.end("ok")
      : refuse(response, request),
  );
  const client = clientOf({
    baseURL: api.url,
    now: () => NOON,
    ...tokensInTurn(tokenOf("a"), tokenOf("b")),
    ...(onReauthenticationRequired && { onReauthenticationRequired }),
  });
  return { api, client };
}

const refuseWith =
  (body: unknown, headers: Record<string, string> = {}, status = 401): Refuse =>
  (response) =>
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(typeof body === "string" ? body : JSON.stringify(body));

const graphql = { "content-type": "application/graphql-response+json" };
const expired = { type: "urn:usher-auth:error:token_expired", status: 401, code: "token_expired" };

describe("a GraphQL response of status 401", () => {
  test.each([
    [
      "a problem in the extensions",
      { errors: [{ message: "No.", extensions: { problem: expired } }] },
      graphql,
    ],
    ["the guard's code in the extensions", { errors: [{ extensions: { code: "token_expired" } }] }, graphql],
    ["no data", { data: null, errors: [{ extensions: { problem: expired } }] }, {}],
    [
      "the problem in the second error",
      { errors: [{ message: "x" }, { extensions: { problem: expired } }] },
      {},
    ],
    [
      "another server's code, and a challenge",
      { errors: [{ message: "No.", extensions: { code: "UNAUTHENTICATED" } }] },
      { ...graphql, "www-authenticate": 'Bearer error="invalid_token"' },
    ],
  ])("with %s is resolved by a new token", async (_name, body, headers) => {
    const { api, client } = await refusedOnce(refuseWith(body, headers));
    expect((await client("graphql", { method: "POST", body: "{}" })).status).toBe(200);
    expect(api.tokens()).toEqual([tokenOf("a"), tokenOf("b")]);
  });

  test.each([
    [
      "data, because fields were executed",
      { data: { add: 1 }, errors: [{ extensions: { problem: expired } }] },
    ],
    ["another server's code", { errors: [{ extensions: { code: "UNAUTHENTICATED" } }] }],
    ["a code that no new token resolves", { errors: [{ extensions: { code: "audience_rejected" } }] }],
    ["no errors", { errors: [] }],
    ["errors of another shape", { errors: { extensions: { problem: expired } } }],
  ])("with %s is not repeated", async (_name, body) => {
    const { api, client } = await refusedOnce(refuseWith(body, graphql));
    expect((await client("graphql", { method: "POST", body: "{}" })).status).toBe(401);
    expect(api.received).toHaveLength(1);
  });

  test("is read by readProblem", async () => {
    const body = { errors: [{ message: "Sign in.", extensions: { code: "UNAUTHENTICATED" } }] };
    const response = Response.json(body, { status: 401, headers: graphql });
    expect(await readProblem(response)).toMatchObject({ code: "UNAUTHENTICATED", detail: "Sign in." });
  });
});

describe("HEAD", () => {
  const head = { method: "HEAD" };

  test("is sent once more after a 401 whose challenge is hidden, as by CORS", async () => {
    const { api, client } = await refusedOnce(refuseWith(""));
    expect((await client("tasks", head)).status).toBe(200);
    expect(api.tokens()).toEqual([tokenOf("a"), tokenOf("b")]);
  });

  test("is sent twice at most", async () => {
    const api = await startServer((_request, response) => response.writeHead(401).end());
    const client = clientOf({ baseURL: api.url, getToken: async () => tokenOf(String(Math.random())) });
    expect((await client("tasks", head)).status).toBe(401);
    expect(api.received).toHaveLength(2);
  });

  test.each([
    ['Bearer realm="api", error="invalid_token", error_description="Expired"', 2],
    ['DPoP error="use_dpop_nonce", Bearer error=invalid_token', 2],
    ['Bearer realm="api"', 1],
    ['Basic realm="api"', 1],
    ['Bearer error="insufficient_scope"', 1],
    ['Bearer error="constructor"', 1],
  ])("with the challenge %s is sent %d times", async (challenge, times) => {
    const { api, client } = await refusedOnce(refuseWith("", { "www-authenticate": challenge }));
    await client("tasks", head);
    expect(api.received).toHaveLength(times);
  });

  test("asks for a recent sign-in by the challenge", async () => {
    const challenge = 'Bearer error="insufficient_user_authentication", max_age="300"';
    const ask = vi.fn(() => true);
    const { client } = await refusedOnce(refuseWith("", { "www-authenticate": challenge }), ask);
    expect((await client("tasks", head)).status).toBe(200);
    expect(ask).toHaveBeenCalledExactlyOnceWith({ maxAge: 300 });
  });

  test("readProblem reads the scopes that are missing from the challenge", async () => {
    const headers = {
      "www-authenticate": 'Bearer error="insufficient_scope", scope="tasks:read tasks:write"',
    };
    expect(await readProblem(new Response(null, { status: 403, headers }))).toMatchObject({
      code: "scope_insufficient",
      scopes: ["tasks:read", "tasks:write"],
    });
  });
});

test("a 401 of a proxy without a challenge is not repeated", async () => {
  const { api, client } = await refusedOnce(refuseWith("<h1>401</h1>", { "content-type": "text/html" }));
  expect(await (await client("tasks")).text()).toBe("<h1>401</h1>");
  expect(api.received).toHaveLength(1);
});

test("a 401 of a proxy with the challenge invalid_token is resolved by a new token", async () => {
  const headers = { "content-type": "text/html", "www-authenticate": 'Bearer error="invalid_token"' };
  const { client } = await refusedOnce(refuseWith("<h1>401</h1>", headers));
  expect((await client("tasks")).status).toBe(200);
});

describe("a body that is", () => {
  const problem = { "content-type": "application/problem+json" };
  const padded = JSON.stringify({ ...expired, detail: "x".repeat(70_000) });

  test("longer than 64 KiB is not read, and reaches the caller whole", async () => {
    const streamed: Refuse = (response) => response.writeHead(401, problem).end(padded);
    const declared: Refuse = (response) =>
      response.writeHead(401, { ...problem, "content-length": padded.length }).end(padded);
    for (const refuse of [streamed, declared]) {
      const { api, client } = await refusedOnce(refuse);
      const response = await client("tasks");
      expect(await response.text()).toBe(padded);
      expect(api.received).toHaveLength(1);
    }
  });

  test("endless is read to 64 KiB, and the caller can stop it", async () => {
    let written = 0;
    const { client } = await refusedOnce((response) => {
      response.writeHead(401, problem);
      const write = (): void => {
        while (response.writable && response.write("x".repeat(16_384))) written += 16_384;
      };
      response.on("drain", write);
      write();
    });
    const response = await client("tasks");
    expect(response.status).toBe(401);
    await response.body?.cancel();
    // What the sockets of both sides hold.
    expect(written).toBeLessThan(16_000_000);
  });

  test("never complete is given up after 5 seconds, and the response is still the caller's", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const finish: (() => void)[] = [];
    const { client } = await refusedOnce((response) => {
      response.writeHead(401, problem).write('{"code":');
      finish.push(() => response.end('"token_expired"}'));
    });
    const call = client("tasks");
    await vi.waitUntil(() => finish.length > 0 && vi.getTimerCount() === 1);
    await vi.advanceTimersByTimeAsync(5_000);
    const response = await call;
    finish[0]?.();
    expect(await response.json()).toEqual({ code: "token_expired" });
  });

  test("broken off leaves the error to the caller who reads it", async () => {
    const { api, client } = await refusedOnce((response) => {
      response.writeHead(401, { ...problem, "content-length": 100 }).write('{"code":');
      setTimeout(() => response.destroy(), 20);
    });
    const response = await client("tasks");
    expect([response.status, api.received.length]).toEqual([401, 1]);
    await expect(response.text()).rejects.toThrow();
  });

  test("not JSON is left unread, and so is a response that cannot be copied", async () => {
    const response = new Response("{}", { status: 401, headers: problem });
    Object.defineProperty(response, "clone", {
      value() {
        throw new Error("Not implemented");
      },
    });
    expect(await readProblem(response)).toBeUndefined();
    expect(await readProblem(new Response("{", { status: 401, headers: problem }))).toBeUndefined();
  });
});

test("a response without clone and body, as of native fetches, is judged by its challenge", async () => {
  const sent: (string | null)[] = [];
  const client = clientOf({
    baseURL: "https://api.example.com",
    now: () => NOON,
    ...tokensInTurn(tokenOf("a"), tokenOf("b")),
    async fetch({ headers }) {
      sent.push(headers.get("authorization"));
      if (sent.length === 2) return new Response("ok");
      const challenge = 'Bearer error="invalid_token"';
      const refused = {
        status: 401,
        headers: new Headers({ "www-authenticate": challenge }),
        redirected: false,
      };
      return refused as Response;
    },
  });
  expect(await (await client("tasks")).text()).toBe("ok");
  expect(sent).toEqual([`Bearer ${tokenOf("a")}`, `Bearer ${tokenOf("b")}`]);
});

test("readProblem reads no response that was not refused", async () => {
  const body = { errors: [{ message: "No.", extensions: { problem: expired } }] };
  for (const status of [200, 299]) expect(await readProblem(Response.json(body, { status }))).toBeUndefined();
});
