import { Hono } from "hono";
import type { WSContext } from "hono/ws";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { usher, watchSocket } from "../../src/adapters/hono.ts";
import { createBench } from "../support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The events of a socket without listeners, and a function that makes the verifier fail from then on. */
async function watched(raw: unknown) {
  const { issuer, verifier } = createBench();
  const verifySync = vi.fn(verifier.verifySync);
  const app = usher(new Hono(), { verifier: { ...verifier, verifySync }, ownerParam: "userId" });
  let events: ReturnType<typeof watchSocket> = {};
  app.get("/api/:userId/live", (context) => {
    events = watchSocket(context, {});
    return context.text("upgraded");
  });
  const headers = { authorization: `Bearer ${issuer.tokenFor("alice")}` };
  expect((await app.request("/api/alice/live", { headers })).status).toBe(200);
  const socket = { close: vi.fn(), raw, send: vi.fn() } as unknown as WSContext;
  const fault = () =>
    verifySync.mockImplementation(() => {
      throw new TypeError("a fault of the verifier");
    });
  return { events, socket, fault };
}

describe("a watched socket of Hono", () => {
  it("needs no listeners of the app, and may get a message before it opens", async () => {
    const { events, socket } = await watched(undefined);
    const message = new MessageEvent("message", { data: "hello" });
    events.onMessage?.(message, socket);
    events.onOpen?.(new Event("open"), socket);
    events.onMessage?.(message, socket);
    events.onClose?.(new Event("close") as CloseEvent, socket);
    expect(vi.getTimerCount()).toBe(0);
    expect(socket.close).not.toHaveBeenCalled();
  });

  it("may close before it opens", async () => {
    const { events, socket } = await watched(undefined);
    events.onClose?.(new Event("close") as CloseEvent, socket);
    expect(socket.close).not.toHaveBeenCalled();
  });

  it("is disconnected at a fault: without a close frame if its runtime can do that", async () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    for (const [raw, closes] of [
      [{ terminate: vi.fn() }, 0],
      [{}, 1],
      [undefined, 1],
    ] as const) {
      const { events, socket, fault } = await watched(raw);
      events.onOpen?.(new Event("open"), socket);
      fault();
      vi.advanceTimersByTime(500);
      expect(socket.close).toHaveBeenCalledTimes(closes);
      if (raw !== undefined && "terminate" in raw) expect(raw.terminate).toHaveBeenCalledOnce();
    }
  });
});

it("reads the token of a Hono upgrade among the subprotocols only without an Authorization header", async () => {
  const { issuer, verifier } = createBench();
  const app = usher(new Hono(), { verifier, ownerParam: "userId" });
  app.get("/api/:userId/live", (context) => context.text("upgraded"));
  const [own, other] = [issuer.tokenFor("alice"), issuer.tokenFor("bob")];
  const protocols = (token: string) => ({
    upgrade: "websocket",
    "sec-websocket-protocol": `bearer, ${token}`,
  });
  for (const [headers, status] of [
    [protocols(own), 200],
    [{ ...protocols(other), authorization: `Bearer ${own}` }, 200],
    [{ ...protocols(own), authorization: `Bearer ${other}` }, 403],
  ] as const)
    expect((await app.request("/api/alice/live", { headers })).status).toBe(status);
});
