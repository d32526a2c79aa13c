import { once } from "node:events";
import { createServer } from "node:http";
import { Server as Engine } from "engine.io";
import { Server } from "socket.io";
import { io as connect, type Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket } from "ws";
import { usher } from "../../src/adapters/websocket.ts";
import { createBench } from "../support.ts";
import { bearer, listen, refusalOf } from "./support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** As docs/guide/websocket.md has it: the engine gets only accepted upgrades. */
async function serve() {
  const bench = createBench();
  const guard = usher({ verifier: bench.verifier, ownerParam: "userId" });
  const engine = new Engine({ transports: ["websocket"] });
  const io = new Server();
  io.bind(engine);
  io.on("connection", (socket) => {
    const session = guard.sessionOf(socket.request);
    socket.on("usher.renew", (token) => session.renew(token));
    socket.on("who", (answer) => answer(session.principal.id));
  });
  const server = createServer((_, response) => response.writeHead(404).end());
  server.on(
    "upgrade",
    guard.protect({ path: "/api/:userId/live/" }, (request, socket, head) =>
      engine.handleUpgrade(request as never, socket, head),
    ),
  );
  const host = await listen(server);
  onTestFinished(() => void io.close());
  return { ...bench, host, origin: `http://${host}` };
}

type SocketBench = Awaited<ReturnType<typeof serve>>;

function dial({ origin }: SocketBench, user: string, options: object): Socket {
  const socket = connect(origin, {
    path: `/api/${user}/live`,
    transports: ["websocket"],
    reconnection: false,
    ...options,
  });
  onTestFinished(() => void socket.close());
  return socket;
}

async function open(socket: Socket): Promise<Socket> {
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("connect_error", reject);
  });
  return socket;
}

it("accepts Socket.IO's clients with the header and, as in a browser, with the subprotocol", async () => {
  const bench = await serve();
  const token = bench.issuer.tokenFor("alice");
  for (const options of [
    { extraHeaders: { authorization: `Bearer ${token}` } },
    { protocols: ["bearer", token] },
  ]) {
    const socket = await open(dial(bench, "alice", options));
    expect(await socket.emitWithAck("who")).toBe("alice");
  }
});

it("rejects other clients before the upgrade, and serves no polling", async () => {
  const bench = await serve();
  const token = bench.issuer.tokenFor("alice");
  await expect(open(dial(bench, "alice", {}))).rejects.toThrow();
  await expect(open(dial(bench, "bob", { protocols: ["bearer", token] }))).rejects.toThrow();
  await expect(open(dial(bench, "alice", { transports: ["polling"] }))).rejects.toThrow();
  const polling = await fetch(`${bench.origin}/api/alice/live/?EIO=4&transport=polling`);
  expect(polling.status).toBe(404);
});

it("closes Socket.IO's sockets with 4401, unless a fresh token was sent", async () => {
  const bench = await serve();
  const protocols = ["bearer", bench.issuer.tokenFor("alice", { expiresIn: 60, claims: { sid: "s" } })];
  const [renewed, left] = [
    await open(dial(bench, "alice", { protocols })),
    await open(dial(bench, "alice", { protocols })),
  ];
  renewed.emit("usher.renew", bench.issuer.tokenFor("alice", { expiresIn: 600, claims: { sid: "s" } }));
  expect(await renewed.emitWithAck("who")).toBe("alice");

  const disconnected = once(left as never, "disconnect");
  bench.clock.advance(120);
  vi.advanceTimersByTime(1000);
  expect(await disconnected).toMatchObject([
    "transport close",
    { context: { code: 4401, reason: "token_expired" } },
  ]);
  expect(await renewed.emitWithAck("who")).toBe("alice");
});

describe("another user's connection", () => {
  it.each([
    ["as Socket.IO's clients name it", (id: string) => `sid=${id}`],
    ["twice", (id: string) => `sid=${id}&sid=${id}`],
    ["percent-encoded", (id: string) => `%73%69d=${id}`],
    ["in a fragment of the query", (id: string) => `x=1?&sid=${id}`],
    ["without an id", () => "sid"],
  ])("cannot be taken over by an upgrade that names it: %s", async (_case, query) => {
    const bench = await serve();
    const alice = await open(dial(bench, "alice", { protocols: ["bearer", bench.issuer.tokenFor("alice")] }));
    const { id } = alice.io.engine as unknown as { id: string };
    const url = `ws://${bench.host}/api/bob/live/?EIO=4&transport=websocket&${query(id)}`;
    const answer = await refusalOf(new WebSocket(url, bearer(bench.issuer.tokenFor("bob"))));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      code: "bad_request",
      detail: "An upgrade must not name another connection (`sid`).",
    });
    expect(answer.body).not.toContain(id);
    expect(await alice.emitWithAck("who")).toBe("alice");
  });

  it("cannot be read by polling", async () => {
    const bench = await serve();
    const alice = await open(dial(bench, "alice", { protocols: ["bearer", bench.issuer.tokenFor("alice")] }));
    const { id } = alice.io.engine as unknown as { id: string };
    for (const user of ["alice", "bob"]) {
      const url = `${bench.origin}/api/${user}/live/?EIO=4&transport=polling&sid=${id}`;
      const headers = { authorization: `Bearer ${bench.issuer.tokenFor("bob")}` };
      for (const method of ["GET", "POST"]) expect((await fetch(url, { method, headers })).status).toBe(404);
    }
    expect(await alice.emitWithAck("who")).toBe("alice");
  });
});
