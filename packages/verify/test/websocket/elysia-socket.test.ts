import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createGuard } from "../../src/access/guard.ts";
import type { Decide } from "../../src/adapters/elysia/decide.ts";
import type { ElysiaRoute } from "../../src/adapters/elysia/routes.ts";
import { createSocketGuard, sessionOf } from "../../src/adapters/elysia/websocket.ts";
import { createBench } from "../support.ts";

/** The hooks that the guard adds to the options of `app.ws`, called as Elysia calls them on Bun. */

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Options {
  upgrade?: unknown;
  open?(socket: object): unknown;
  message?(socket: object, data: unknown): unknown;
  close?(socket: object, code: number, reason: string): unknown;
}
type Hooks = Required<Options> & {
  upgrade(context: { request: Request; set: { headers: Record<string, unknown> } }): unknown;
};

function guarding(decision?: { isPublic?: boolean }) {
  const { issuer, verifier } = createBench();
  const verifySync = vi.fn(verifier.verifySync);
  const guard = createGuard<never, Request>({
    verifier: { ...verifier, verifySync } as never,
    ownerParam: ["userId", "ownerId"],
  });
  const tokenOf = (user: string) => issuer.tokenFor(user, { expiresIn: 600, claims: { sid: "s1" } });
  const token = tokenOf("alice");
  const request = new Request("http://localhost/api/alice/live", {
    headers: { upgrade: "websocket", "sec-websocket-protocol": `bearer, ${token}` },
  });
  const principal = decision?.isPublic === true ? undefined : verifier.verifySync(token);
  const decide = {
    last: (asked: Request) =>
      decision !== undefined && asked === request ? { principal, isOwned: true } : undefined,
  } as unknown as Decide<never>;
  const guardSockets = createSocketGuard(guard, { ...verifier, verifySync } as never, decide);
  const socket = { data: { request, params: { userId: "alice" } }, close: vi.fn(), terminate: vi.fn() };
  const guarded = (options: Options): Hooks => {
    guardSockets([{ method: "WS", hooks: { websocket: options } }] as unknown as ElysiaRoute[]);
    return options as Hooks;
  };
  return { tokenOf, guardSockets, guarded, socket, request, verifySync };
}

describe("the socket options of an Elysia route", () => {
  it("are guarded once, and those of other routes are not", () => {
    const { guardSockets, guarded, request } = guarding();
    const upgrade = vi.fn();
    const options = guarded({ upgrade });
    guarded(options);
    options.upgrade({ request, set: { headers: {} } });
    expect(upgrade).toHaveBeenCalledOnce();
    const hooks = { websocket: {} };
    guardSockets([
      { method: "GET", hooks },
      { method: "WS", hooks: {} },
    ] as unknown as ElysiaRoute[]);
    expect(hooks.websocket).toEqual({});
  });

  it("keep the app's upgrade: a function and its result, or headers", () => {
    const { guarded, request } = guarding();
    const upgradeWith = (upgrade: unknown) => {
      const set = { headers: {} as Record<string, unknown> };
      return [guarded({ upgrade }).upgrade({ request, set }), set.headers];
    };
    const own = "sec-websocket-protocol";
    expect(upgradeWith(undefined)).toEqual([undefined, { [own]: "bearer" }]);
    expect(upgradeWith({ "x-app": "1" })).toEqual([undefined, { "x-app": "1", [own]: "bearer" }]);
    expect(upgradeWith(() => ({ data: 7 }))).toEqual([{ data: 7 }, { [own]: "bearer" }]);
    expect(upgradeWith({ [own]: "chat" })).toEqual([undefined, { [own]: "chat" }]);
    const set = { headers: {} };
    guarded({}).upgrade({ request: new Request("http://localhost/"), set });
    expect(set.headers).toEqual({});
  });

  it("need no functions of the app, and may get events before the socket opens", () => {
    const { guarded, socket } = guarding({});
    const hooks = guarded({});
    hooks.message(socket, "early");
    hooks.close(socket, 1000, "");
    hooks.open(socket);
    hooks.message(socket, "hello");
    hooks.close(socket, 1000, "");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("call the app's functions as their methods, and pass their results on", () => {
    const { guarded, socket } = guarding({});
    const options: Options = {};
    const called: unknown[] = [];
    for (const name of ["open", "message", "close"] as const)
      options[name] = function (this: unknown, ...input: unknown[]) {
        called.push([name, this === options, ...input.slice(1)]);
        return name;
      };
    const hooks = guarded(options);
    expect([hooks.open(socket), hooks.message(socket, "hello"), hooks.close(socket, 1000, "bye")]).toEqual([
      "open",
      "message",
      "close",
    ]);
    expect(called).toEqual([
      ["open", true],
      ["message", true, "hello"],
      ["close", true, 1000, "bye"],
    ]);
  });
});

describe("the session of an Elysia socket", () => {
  it.each([
    ["the guard has not seen its request", undefined],
    ["its route is public", { isPublic: true }],
  ])("does not exist if %s", (_case, decision) => {
    const { guarded, socket } = guarding(decision);
    guarded({}).open(socket);
    expect(() => sessionOf(socket)).toThrow("This socket was not accepted by the guard: it has no session.");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is renewed by a message, which the app does not get, with the owner parameters of its path", () => {
    const { guarded, socket, tokenOf } = guarding({});
    const message = vi.fn();
    const hooks = guarded({ message });
    hooks.open(socket);
    expect(hooks.message(socket, `usher.renew ${tokenOf("alice")}`)).toBeUndefined();
    expect(message).not.toHaveBeenCalled();
    expect(socket.close).not.toHaveBeenCalled();
    expect(sessionOf(socket).params).toEqual({ userId: "alice" });
    hooks.message(socket, `usher.renew ${tokenOf("bob")}`);
    expect(socket.close).toHaveBeenCalledExactlyOnceWith(4403, "owner_mismatch");
    hooks.close(socket, 4403, "");
  });

  it("is checked against the path's owner too", () => {
    const { guarded, socket, tokenOf } = guarding({});
    const hooks = guarded({});
    hooks.open({ ...socket, data: { ...socket.data, params: { userId: "bob" } } });
    hooks.message(socket, `usher.renew ${tokenOf("alice")}`);
    expect(socket.close).toHaveBeenCalledExactlyOnceWith(4403, "owner_mismatch");
    hooks.close(socket, 4403, "");
  });

  it("is terminated at a fault", () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { guarded, socket, verifySync } = guarding({});
    guarded({}).open(socket);
    verifySync.mockImplementation(() => {
      throw new TypeError("a fault of the verifier");
    });
    vi.advanceTimersByTime(500);
    expect(socket.terminate).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });
});
