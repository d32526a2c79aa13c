import websocket from "@fastify/websocket";
import fastify from "fastify";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { sessionOf, usher } from "../../src/adapters/fastify.ts";
import { requireScopes } from "../../src/index.ts";
import { createRevokingBench } from "../revoking.ts";
import { expectRenewalToClose, expectToEndWithToken } from "./framework.ts";
import { ask, bearer, open, refusalOf } from "./support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

async function serve() {
  const bench = await createRevokingBench({}, { clockTolerance: 0 });
  const app = fastify();
  await app.register(websocket);
  const rejected: string[] = [];
  await app.register(usher, {
    verifier: bench.verifier,
    ownerParam: "userId",
    onReject: ({ error }) => rejected.push(error.code),
  });
  app.get("/api/:userId/live", { websocket: true }, (socket, request) => {
    const session = sessionOf(request);
    socket.on("message", (data) => {
      if (!session.takesRenewal(data))
        socket.send(`${session.principal.id} ${request.headers["sec-websocket-protocol"]}`);
    });
  });
  app.get("/admin", { websocket: true, config: { policies: [requireScopes("admin")] } }, () => {});
  app.get("/open", { websocket: true, config: { public: true } }, (socket, request) => {
    expect(() => sessionOf(request)).toThrow("it has no session");
    socket.send("public");
  });
  app.get("/plain", (request) => {
    expect(() => sessionOf(request)).toThrow("it has no session");
    return request.principal.id;
  });
  await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => app.close());
  const host = app.listeningOrigin.replace("http://", "");
  const token = (user = "alice", sid = "s1", expiresIn = 60) =>
    bench.issuer.tokenFor(user, { expiresIn, claims: { sid } });
  return { ...bench, app, host, token, rejected };
}

it("accepts the token of a browser, hidden from the application, and that of a header", async () => {
  const { host, token } = await serve();
  const url = `ws://${host}/api/alice/live`;
  expect(await ask(await open(new WebSocket(url, ["bearer", token(), "chat"])), "who")).toBe(
    "alice bearer, chat",
  );
  expect(await ask(await open(new WebSocket(url, bearer(token()))), "who")).toBe("alice undefined");
});

it("rejects other clients before the upgrade, like any request", async () => {
  const { host, token } = await serve();
  const cases = [
    ["/api/alice/live", [], 401, "credentials_missing"],
    ["/api/bob/live", ["bearer", token()], 403, "owner_mismatch"],
    ["/api/alice/live", ["bearer", "x"], 401, "token_malformed"],
    ["/admin", ["bearer", token()], 403, "scope_insufficient"],
  ] as const;
  for (const [path, protocols, status, code] of cases) {
    const answer = await refusalOf(new WebSocket(`ws://${host}${path}`, [...protocols]));
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
  }
  const both = new WebSocket(`ws://${host}/api/alice/live`, ["bearer", token()], bearer(token()));
  expect((await refusalOf(both)).status).toBe(400);
});

it("closes a socket with 4401 when its token expires or is revoked, unless a fresh one was sent", async () => {
  await expectToEndWithToken(await serve(), "/api/alice/live");
});

it("closes the socket if another user's token is sent", async () => {
  const bench = await serve();
  const tokens = [bench.token(), bench.token("bob")] as const;
  await expectRenewalToClose(bench, "/api/alice/live", tokens, "owner_mismatch");
});

it("ends its checks when the socket closes", async () => {
  const { host, token } = await serve();
  const others = vi.getTimerCount();
  const socket = await open(new WebSocket(`ws://${host}/api/alice/live`, ["bearer", token()]));
  expect(vi.getTimerCount()).toBe(others + 1);
  socket.close();
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(others));
});

it("does not affect public sockets and plain requests", async () => {
  const { app, host, token } = await serve();
  const socket = new WebSocket(`ws://${host}/open`);
  onTestFinished(() => socket.terminate());
  const [message] = await new Promise<[unknown]>((resolve) =>
    socket.once("message", (data) => resolve([data])),
  );
  expect(String(message)).toBe("public");
  const answer = await app.inject({ url: "/plain", headers: { authorization: `Bearer ${token()}` } });
  expect([answer.statusCode, answer.body]).toEqual([200, "alice"]);
});
