import { createServer } from "node:http";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { observable } from "@trpc/server/observable";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type UsherContext, usher } from "../../src/adapters/trpc.ts";
import { createRevokingBench } from "../revoking.ts";
import { closed, listen, open } from "./support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

/** A router with both kinds of subscriptions, served over HTTP and WebSockets. */
async function serve() {
  const bench = await createRevokingBench({}, { clockTolerance: 0 });
  const guard = usher({ verifier: bench.verifier, ownerParam: null });
  const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
  const protectedProcedure = guard.protect(t.procedure);
  const stopped: string[] = [];
  const router = t.router({
    me: protectedProcedure.query(({ ctx }) => ctx.principal.id),
    ticks: protectedProcedure.subscription(async function* ({ ctx, signal }) {
      try {
        yield `hello ${ctx.principal.id}`;
        await new Promise((resolve) => signal?.addEventListener("abort", resolve));
      } finally {
        stopped.push("ticks");
      }
    }),
    // The form of tRPC 10.
    observed: protectedProcedure.subscription(({ ctx }) =>
      observable<string>((emit) => {
        emit.next(`hello ${ctx.principal.id}`);
        return () => void stopped.push("observed");
      }),
    ),
    optional: guard.optional(t.procedure).subscription(async function* ({ ctx, signal }) {
      yield `hello ${ctx.principal?.id ?? "nobody"}`;
      await new Promise((resolve) => signal?.addEventListener("abort", resolve));
    }),
    short: protectedProcedure.subscription(async function* () {
      yield 1;
      yield 2;
    }),
  });
  const server = createServer(createHTTPHandler({ router, createContext: guard.createContext }));
  const sockets = new WebSocketServer({ server });
  applyWSSHandler({ wss: sockets, router, createContext: guard.createContext });
  const host = await listen(server);
  onTestFinished(() => sockets.close());
  const token = (sid = "s1", expiresIn = 60) =>
    bench.issuer.tokenFor("alice", { expiresIn, claims: { sid } });
  return { ...bench, host, token, stopped, router };
}

/** Subscribes with server-sent events, and returns them as text. */
async function subscribe(host: string, path: string, token?: string) {
  const response = await fetch(`http://${host}/${path}`, {
    headers: { accept: "text/event-stream", ...(token && { authorization: `Bearer ${token}` }) },
  });
  expect(response.status).toBe(200);
  const reader = (response.body as ReadableStream<Uint8Array>)
    .pipeThrough(new TextDecoderStream())
    .getReader();
  onTestFinished(() => reader.cancel());
  let text = "";
  return {
    /** Returns all text so far, once it includes this, or at the end. */
    async until(expected: string): Promise<string> {
      while (!text.includes(expected)) {
        const { done, value } = await reader.read();
        if (done) return text;
        text += value;
      }
      return text;
    },
  };
}

it.each(["ticks", "observed"])(
  "%s over HTTP ends with the error of a rejected call when its token expires",
  async (path) => {
    const { host, token, clock, stopped } = await serve();
    const events = await subscribe(host, path, token());
    await events.until("hello alice");
    clock.advance(59);
    vi.advanceTimersByTime(1000);
    expect(stopped).toEqual([]);
    clock.advance(1);
    vi.advanceTimersByTime(500);
    const text = await events.until("token_expired");
    expect(text).toContain("UNAUTHORIZED");
    if (path === "observed") expect(stopped).toEqual(["observed"]);
  },
);

it("a subscription over HTTP ends when its session is revoked", async () => {
  const { host, token, clock, revocations } = await serve();
  const events = await subscribe(host, "ticks", token("ending"));
  await events.until("hello alice");
  const short = await subscribe(host, "short", token("other"));
  expect(await short.until("return")).toContain("data: 2");
  await revocations.revoke({ kind: "session", id: "ending", before: clock() / 1000 });
  vi.advanceTimersByTime(500);
  await events.until("token_revoked");
});

it("a subscription with an optional token ends with it, and goes on without one", async () => {
  const { host, token, clock } = await serve();
  const anonymous = await subscribe(host, "optional");
  expect(await anonymous.until("hello")).toContain("hello nobody");
  const alice = await subscribe(host, "optional", token());
  await alice.until("hello alice");
  clock.advance(60);
  vi.advanceTimersByTime(500);
  expect(await alice.until("token_expired")).toContain("UNAUTHORIZED");
});

it("accepts the token of a browser's WebSocket: in tRPC's connection parameters, or as a subprotocol", async () => {
  const { host, token, router } = await serve();
  const connect = (options: object) => {
    const socketClient = createWSClient({ url: `ws://${host}`, WebSocket: WebSocket as never, ...options });
    onTestFinished(() => void socketClient.close());
    return createTRPCClient<typeof router>({ links: [wsLink({ client: socketClient })] });
  };
  expect(await connect({ connectionParams: async () => ({ token: token() }) }).me.query()).toBe("alice");
  await expect(connect({ connectionParams: { token: "x" } }).me.query()).rejects.toMatchObject({
    data: { problem: { code: "token_malformed" } },
  });
  await expect(connect({}).me.query()).rejects.toMatchObject({
    data: { problem: { code: "credentials_missing" } },
  });
  class WithSubprotocol extends WebSocket {
    constructor(url: string) {
      super(url, ["bearer", token()]);
    }
  }
  expect(await connect({ WebSocket: WithSubprotocol }).me.query()).toBe("alice");
});

it("ignores connection parameters in a URL", async () => {
  const { host, token } = await serve();
  const params = encodeURIComponent(JSON.stringify({ token: token() }));
  const response = await fetch(`http://${host}/me?connectionParams=${params}`);
  expect(response.status).toBe(401);
});

it("closes a WebSocket with 4401 when its token expires, and the client connects again with a fresh one", async () => {
  const { host, token, clock, router } = await serve();
  const handed: string[] = [];
  const closes: [number, string][] = [];
  const socketClient = createWSClient({
    url: `ws://${host}`,
    WebSocket: class extends WebSocket {
      constructor(url: string) {
        super(url);
        this.on("close", (code, reason) => closes.push([code, String(reason)]));
      }
    } as never,
    retryDelayMs: () => 0,
    connectionParams: () => {
      handed.push(token());
      return { token: handed.at(-1) as string };
    },
  });
  onTestFinished(() => void socketClient.close());
  const client = createTRPCClient<typeof router>({ links: [wsLink({ client: socketClient })] });
  const heard: string[] = [];
  client.ticks.subscribe(undefined, { onData: (value) => void heard.push(value) });
  await vi.waitFor(() => expect(heard).toEqual(["hello alice"]));
  clock.advance(60);
  vi.advanceTimersByTime(500);
  await vi.waitFor(() => expect(heard).toEqual(["hello alice", "hello alice"]), 5000);
  expect(closes).toEqual([[4401, "token_expired"]]);
  expect(handed).toHaveLength(2);
});

it("does not close a connection on which no protected procedure was called", async () => {
  const { host } = await serve();
  const socket = await open(new WebSocket(`ws://${host}`, ["bearer", "x"]));
  vi.advanceTimersByTime(2000);
  const ended = closed(socket);
  socket.close();
  expect((await ended)[0]).toBe(1005);
});
