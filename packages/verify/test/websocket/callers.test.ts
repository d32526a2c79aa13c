import { createServer } from "node:http";
import { node } from "@elysiajs/node";
import websocket from "@fastify/websocket";
import { Elysia } from "elysia";
import fastify from "fastify";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { sessionOf as elysiaSession, usher as elysiaUsher } from "../../src/adapters/elysia.ts";
import { sessionOf as fastifySession, usher as fastifyUsher } from "../../src/adapters/fastify.ts";
import { usher } from "../../src/adapters/websocket.ts";
import { requireClaim, requireScopes, type Verifier } from "../../src/index.ts";
import { listen as listenElysia } from "../contract/targets/elysia-server.ts";
import { createRevokingBench } from "../revoking.ts";
import { ask, bearer, closed, listen, open, refusalOf } from "./support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

const support = { or: [requireClaim(({ role }) => role === "support", "role support")] };
const clients = { clients: [requireScopes("tasks:sync")] };

const clientIssuer = "https://app.example.com/api/auth";

interface GuardOptions {
  readonly verifier: Verifier;
  readonly ownerParam: "userId";
  readonly onReject: (event: { error: { code: string } }) => void;
  readonly onOwnerException: (event: { principal: { id: string } }) => void;
}

/** Serves `/live/:userId`, `/support/:userId`, `/clients/:userId`, and `/greeting` with an optional token. */
const servers: Record<string, (options: GuardOptions) => Promise<string>> = {
  async "any library"(options) {
    const guard = usher(options);
    const sockets = new WebSocketServer({ noServer: true });
    const echo = (request: never, socket: never, head: never, session: Session | null) =>
      sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on("message", (data) => {
          if (session?.takesRenewal(data) !== true) ws.send(`${session?.principal.id ?? null}: ${data}`);
        });
      });
    type Session = Parameters<Parameters<typeof guard.protect>[1]>[3];
    const routes: Record<string, ReturnType<typeof guard.protect>> = {
      live: guard.protect({ path: "/live/:userId" }, echo as never),
      support: guard.protect({ path: "/support/:userId", owner: support }, echo as never),
      clients: guard.protect({ path: "/clients/:userId", owner: clients }, echo as never),
      greeting: guard.protect({ path: "/greeting", optionalAuth: true }, echo as never),
    };
    const server = createServer();
    server.on("upgrade", (request, socket, head) =>
      routes[request.url?.split("/")[1] ?? ""]?.(request, socket, head),
    );
    return listen(server);
  },
  async fastify(options) {
    const app = fastify();
    await app.register(websocket);
    await app.register(fastifyUsher, options as never);
    const get = (url: string, config: object) =>
      app.get(url, { websocket: true, config }, (socket, request) => {
        const session = request.optionalPrincipal === null ? undefined : fastifySession(request);
        socket.on("message", (data) => {
          if (session?.takesRenewal(data) !== true) socket.send(`${session?.principal.id ?? null}: ${data}`);
        });
      });
    get("/live/:userId", {});
    get("/support/:userId", { owner: support });
    get("/clients/:userId", { owner: clients });
    get("/greeting", { optionalAuth: true });
    await app.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => app.close());
    return app.listeningOrigin.replace("http://", "");
  },
  async elysia(options) {
    const message = (ws: never, data: unknown) => {
      const { data: context, send } = ws as unknown as {
        data: { optionalPrincipal: object | null };
        send(text: string): void;
      };
      const id = context.optionalPrincipal === null ? null : elysiaSession(ws).principal.id;
      send.call(ws, `${id}: ${data}`);
    };
    const app = new Elysia({ adapter: node() })
      .use(elysiaUsher(options as never))
      .ws("/live/:userId", { message } as never)
      .ws("/support/:userId", { message, owner: support } as never)
      .ws("/clients/:userId", { message, owner: clients } as never)
      .ws("/greeting", { message, optionalAuth: true } as never);
    const server = await listenElysia(app);
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `127.0.0.1:${(server.address() as { port: number }).port}`;
  },
};

describe.each(Object.entries(servers))("the sockets of %s", (_name, start) => {
  async function serve() {
    const bench = await createRevokingBench(
      {},
      { clockTolerance: 0, accessTokens: { issuer: clientIssuer, scopes: null } },
    );
    const { issuer, verifier } = bench;
    const rejected: string[] = [];
    const used: string[] = [];
    const host = await start({
      verifier,
      ownerParam: "userId",
      onReject: ({ error }) => void rejected.push(error.code),
      onOwnerException: ({ principal }) => void used.push(principal.id),
    });
    const dial = (path: string, token?: string) =>
      new WebSocket(`ws://${host}${path}`, token === undefined ? [] : ["bearer", token]);
    const token = (user: string, claims = {}) =>
      issuer.tokenFor(user, { expiresIn: 60, claims: { sid: "s1", ...claims } });
    const clientToken = (sub: string, claims = {}) =>
      issuer.tokenFor(sub, {
        expiresIn: 60,
        header: { typ: "at+jwt" },
        claims: { iss: clientIssuer, sid: undefined, jti: "j1", client_id: "client-1", ...claims },
      });
    return { ...bench, host, rejected, used, dial, token, clientToken };
  }

  it("open for those that the owner rule of their route admits, and only there", async () => {
    const { dial, token, used } = await serve();
    const staff = token("bob", { role: "support" });
    expect(await ask(await open(dial("/support/alice", staff)), "hi")).toBe("bob: hi");
    expect(used).toEqual(["bob"]);
    expect((await refusalOf(dial("/live/alice", staff))).status).toBe(403);
    expect((await refusalOf(dial("/support/alice", token("bob")))).status).toBe(403);
  });

  it("are renewed by a token that satisfies the owner rule too, and closed by any other", async () => {
    const { dial, token, used, rejected } = await serve();
    const staff = token("bob", { role: "support" });
    const socket = await open(dial("/support/alice", staff));
    socket.send(`usher.renew ${token("bob", { role: "support", again: true })}`);
    expect(await ask(socket, "renewed")).toBe("bob: renewed");
    // The same request: it was reported when the socket opened.
    expect(used).toEqual(["bob"]);
    socket.send(`usher.renew ${token("bob")}`);
    expect(await closed(socket)).toEqual([4403, "owner_mismatch"]);
    expect(rejected).toEqual(["owner_mismatch"]);
    // The owner's own socket needs no rule.
    const own = await open(dial("/support/alice", token("alice")));
    own.send(`usher.renew ${token("alice", { again: true })}`);
    expect(await ask(own, "renewed")).toBe("alice: renewed");
  });

  it("of an OAuth client end with its token, and are renewed by that client only", async () => {
    const { dial, clientToken, token, clock } = await serve();
    const sync = { scope: "tasks:sync" };
    const machine = clientToken("client-1", sync);
    expect((await refusalOf(dial("/live/client-1", machine))).status).toBe(403);
    expect(
      (await refusalOf(dial("/clients/alice", clientToken("client-1", { scope: "other" })))).status,
    ).toBe(403);
    const socket = await open(dial("/clients/alice", machine));
    socket.send(`usher.renew ${clientToken("client-1", { ...sync, jti: "j2" })}`);
    expect(await ask(socket, "renewed")).toBe("client-1: renewed");
    const [left, lost, stolen] = [
      await open(dial("/clients/alice", machine)),
      await open(dial("/clients/alice", machine)),
      await open(dial("/clients/alice", machine)),
    ];
    // A user whose id is the client's.
    stolen.send(`usher.renew ${token("client-1", sync)}`);
    expect(await closed(stolen)).toEqual([4403, "owner_mismatch"]);
    lost.send(`usher.renew ${clientToken("client-1", { scope: "other" })}`);
    expect(await closed(lost)).toEqual([4403, "scope_insufficient"]);
    clock.advance(60);
    vi.advanceTimersByTime(500);
    expect(await closed(left)).toEqual([4401, "token_expired"]);
  });

  it("that a client opened for a user are not renewed by another client, or by the user's own session", async () => {
    const { dial, clientToken, token } = await serve();
    for (const renewal of [
      clientToken("alice", { client_id: "client-2" }),
      clientToken("alice", { client_id: "client-2", sid: "s1" }),
      token("alice"),
    ]) {
      const socket = await open(dial("/live/alice", clientToken("alice")));
      socket.send(`usher.renew ${renewal}`);
      expect(await closed(socket)).toEqual([4403, "owner_mismatch"]);
    }
    const own = await open(dial("/live/alice", token("alice")));
    own.send(`usher.renew ${clientToken("alice", { sid: "s1" })}`);
    expect(await closed(own)).toEqual([4403, "owner_mismatch"]);
  });

  it("with an optional token stay open without one, end with one, and never open with a bad one", async () => {
    const { dial, host, token, issuer, clock, rejected } = await serve();
    const anonymous = await open(dial("/greeting"));
    const alice = await open(dial("/greeting", token("alice")));
    expect(await ask(anonymous, "hi")).toBe("null: hi");
    expect(await ask(alice, "hi")).toBe("alice: hi");
    expect((await refusalOf(dial("/greeting", "bad"))).status).toBe(401);
    expect((await refusalOf(dial("/greeting/other"))).status).toBe(401);
    const expired = issuer.tokenFor("alice", { expired: true });
    expect((await refusalOf(dial("/greeting", expired))).status).toBe(401);
    expect((await refusalOf(new WebSocket(`ws://${host}/greeting`, ["bearer"]))).status).toBe(401);
    const both = new WebSocket(`ws://${host}/greeting`, ["bearer", token("alice")], bearer(token("alice")));
    expect((await refusalOf(both)).status).toBe(400);

    const renewed = await open(dial("/greeting", token("alice")));
    renewed.send(`usher.renew ${token("alice", { again: true })}`);
    expect(await ask(renewed, "renewed")).toBe("alice: renewed");

    const ended = closed(alice);
    clock.advance(3600);
    vi.advanceTimersByTime(1000);
    expect(await ended).toEqual([4401, "token_expired"]);
    expect(await ask(anonymous, "still here")).toBe("null: still here");
    expect(rejected).toContain("token_expired");
  });

  it("without a token do not become someone's by a message", async () => {
    const { dial, token } = await serve();
    const socket = await open(dial("/greeting"));
    // To the application, it is a message like any other.
    expect(await ask(socket, `usher.renew ${token("alice")}`)).toMatch(/^null: usher\.renew /);
    expect(await ask(socket, "who")).toBe("null: who");
  });
});
