import type { AddressInfo } from "node:net";
import { serve as listen, upgradeWebSocket } from "@hono/node-server";
import { Hono } from "hono";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { enforce, owner, sessionOf, usher, watchSocket } from "../../src/adapters/hono.ts";
import { requireClaim, requireScopes } from "../../src/index.ts";
import { createRevokingBench } from "../revoking.ts";
import { expectRenewalToClose, expectToEndWithToken } from "./framework.ts";
import { ask, bearer, open, refusalOf } from "./support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

async function serve() {
  const bench = await createRevokingBench({}, { clockTolerance: 0 });
  const rejected: string[] = [];
  const heard: unknown[] = [];
  const app = usher(new Hono(), {
    verifier: bench.verifier,
    ownerParam: "userId",
    onReject: ({ error }) => void rejected.push(error.code),
  });
  const live = upgradeWebSocket((context) =>
    watchSocket(context, {
      onMessage: ({ data }, socket) => {
        heard.push(data);
        socket.send(`${sessionOf(context).principal.id} ${sessionOf(context).params.userId} ${data}`);
      },
    }),
  );
  app.get("/api/:userId/live", live);
  app.get("/scoped/:userId", enforce(requireScopes("live")), live);
  const isSupport = requireClaim(({ scope }) => scope === "support", "support");
  app.get("/support/:userId", owner({ or: [isSupport] }), live);
  const server = listen({
    fetch: app.fetch,
    port: 0,
    hostname: "127.0.0.1",
    websocket: { server: new WebSocketServer({ noServer: true }) as never },
  });
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => void server.close());
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const token = (user = "alice", sid = "s1", expiresIn = 60, scope?: string) =>
    bench.issuer.tokenFor(user, { expiresIn, claims: { sid, scope } });
  return { ...bench, host, token, rejected, heard };
}

it("accepts the token of a browser, without sending it back, and that of a header", async () => {
  const { host, token } = await serve();
  const browser = await open(new WebSocket(`ws://${host}/api/alice/live`, ["bearer", token()]));
  expect(browser.protocol).toBe("bearer");
  expect(await ask(browser, "hello")).toBe("alice alice hello");
  const program = await open(new WebSocket(`ws://${host}/api/alice/live`, bearer(token())));
  expect(await ask(program, "hello")).toBe("alice alice hello");
});

it("rejects other clients before the upgrade, and reads no subprotocol of a plain request", async () => {
  const { host, token } = await serve();
  const cases = [
    ["/api/alice/live", [], 401],
    ["/api/bob/live", ["bearer", token()], 403],
    ["/api/alice/live", ["bearer", "x"], 401],
    ["/scoped/alice", ["bearer", token()], 403],
  ] as const;
  for (const [path, protocols, status] of cases)
    expect((await refusalOf(new WebSocket(`ws://${host}${path}`, [...protocols]))).status, path).toBe(status);
  const headers = { "sec-websocket-protocol": `bearer, ${token()}` };
  expect((await fetch(`http://${host}/api/alice/live`, { headers })).status).toBe(401);
});

it("closes a socket with 4401 when its token expires or is revoked, unless a fresh one was sent", async () => {
  const bench = await serve();
  await expectToEndWithToken(bench, "/api/alice/live");
  expect(bench.heard).toEqual(["hello", "still here"]);
});

it.each([
  ["another user's", "/api/alice/live", "bob", "live", "owner_mismatch"],
  ["without the scope that the route requires", "/scoped/alice", "alice", undefined, "scope_insufficient"],
])("closes the socket if a token is sent that is %s", async (_case, path, user, scope, code) => {
  const bench = await serve();
  const tokens = [bench.token("alice", "s1", 60, "live"), bench.token(user, "s1", 60, scope)] as const;
  await expectRenewalToClose(bench, path, tokens, code);
});

it("renews the socket of a route's exception by the same rule", async () => {
  const bench = await serve();
  const support = () => bench.token("carol", "s1", 60, "support");
  const socket = await open(new WebSocket(`ws://${bench.host}/support/alice`, bearer(support())));
  expect(await ask(socket, "hello")).toBe("carol alice hello");
  socket.send(`usher.renew ${bench.token("carol", "s1", 90, "support")}`);
  expect(await ask(socket, "still here")).toBe("carol alice still here");
  await expectRenewalToClose(
    bench,
    "/support/alice",
    [support(), bench.token("carol", "s1", 60, "none")],
    "owner_mismatch",
  );
});

it("throws without a guard", async () => {
  const app = new Hono();
  app.get("/", (context) => {
    expect(() => watchSocket(context, {})).toThrow("no usher(...) runs before this route");
    expect(() => sessionOf(context)).toThrow("no open socket of this request");
    return context.text("ok");
  });
  expect(await (await app.request("/")).text()).toBe("ok");
});
