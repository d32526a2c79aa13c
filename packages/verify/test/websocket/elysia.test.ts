import { node } from "@elysiajs/node";
import { Elysia } from "elysia";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { sessionOf, usher } from "../../src/adapters/elysia.ts";
import { requireScopes } from "../../src/index.ts";
import { listen } from "../contract/targets/elysia-server.ts";
import { createRevokingBench } from "../revoking.ts";
import { expectRenewalToClose, expectToEndWithToken } from "./framework.ts";
import { ask, bearer, open, refusalOf } from "./support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

async function serve() {
  const bench = await createRevokingBench({}, { clockTolerance: 0 });
  const rejected: string[] = [];
  const heard: unknown[] = [];
  const live = {
    message: (ws: never, data: unknown) => {
      heard.push(data);
      const { principal, params } = sessionOf(ws);
      (ws as unknown as { send(text: string): void }).send(`${principal.id} ${params.userId} ${data}`);
    },
  };
  // One adapter object for both apps: each adapter has its own sockets.
  const adapter = node();
  const app = new Elysia({ adapter })
    .use(
      usher({
        verifier: bench.verifier,
        ownerParam: "userId",
        onReject: ({ error }) => void rejected.push(error.code),
      }),
    )
    .ws("/api/:userId/live", live as never)
    .ws("/admin", { policies: [requireScopes("admin")], message: () => {} } as never)
    .ws("/open", {
      public: true,
      open: (ws: { send(text: string): void }) => void ws.send("public"),
    } as never)
    .use(new Elysia({ adapter }).ws("/plugin/:userId", { ...live } as never));
  const server = await listen(app);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as { port: number }).port}`;
  const token = (user = "alice", sid = "s1", expiresIn = 60) =>
    bench.issuer.tokenFor(user, { expiresIn, claims: { sid } });
  return { ...bench, host, token, rejected, heard };
}

it.each(["/api/alice/live", "/plugin/alice"])(
  "%s accepts the token of a browser, without sending it back, and that of a header",
  async (path) => {
    const { host, token } = await serve();
    const offered = token();
    const browser = await open(new WebSocket(`ws://${host}${path}`, ["bearer", offered]));
    expect(browser.protocol).toBe("bearer");
    expect(await ask(browser, "hello")).toBe("alice alice hello");
    const program = await open(new WebSocket(`ws://${host}${path}`, bearer(offered)));
    expect(await ask(program, "hello")).toBe("alice alice hello");
  },
);

it("rejects other clients before the upgrade, like any request", async () => {
  const { host, token } = await serve();
  const cases = [
    ["/api/alice/live", [], 401],
    ["/api/bob/live", ["bearer", token()], 403],
    ["/plugin/bob", ["bearer", token()], 403],
    ["/api/alice/live", ["bearer", "x"], 401],
    ["/admin", ["bearer", token()], 403],
  ] as const;
  for (const [path, protocols, status] of cases)
    expect((await refusalOf(new WebSocket(`ws://${host}${path}`, [...protocols]))).status, path).toBe(status);
  // A plain request is not an upgrade, and its subprotocols are not credentials.
  const plain = await fetch(`http://${host}/api/alice/live`, {
    headers: { "sec-websocket-protocol": `bearer, ${token()}` },
  });
  expect(plain.status).toBe(401);
});

it.each(["/api/alice/live", "/plugin/alice"])(
  "%s closes a socket with 4401 when its token expires or is revoked, unless a fresh one was sent",
  async (path) => {
    const bench = await serve();
    await expectToEndWithToken(bench, path);
    expect(bench.heard).toEqual(["hello", "still here"]);
  },
);

it("closes the socket if another user's token is sent", async () => {
  const bench = await serve();
  const tokens = [bench.token(), bench.token("bob")] as const;
  await expectRenewalToClose(bench, "/api/alice/live", tokens, "owner_mismatch");
});

it("does not affect public sockets", async () => {
  const { host } = await serve();
  const socket = new WebSocket(`ws://${host}/open`);
  onTestFinished(() => socket.terminate());
  expect(String(await new Promise((resolve) => socket.once("message", resolve)))).toBe("public");
});
