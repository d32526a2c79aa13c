import type { IncomingMessage } from "node:http";
import { observable } from "@trpc/server/observable";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createGuard } from "../../../src/access/guard.ts";
import { createLiveCalls } from "../../../src/adapters/trpc/live.ts";
import type { RefusedCall } from "../../../src/adapters/trpc/refused.ts";
import { readRequest } from "../../../src/adapters/trpc/request.ts";
import { followed, follower } from "../../../src/adapters/trpc/subscription.ts";
import { Watch } from "../../../src/websocket/watch.ts";
import { createBench } from "../../support.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] }));
afterEach(() => void vi.useRealTimers());

const { issuer, verifier: working } = createBench({ clockTolerance: 0 });

describe("a subscription that is followed", () => {
  function following() {
    const stop = vi.fn();
    let end: (reason: unknown) => void = () => undefined;
    const follow = (given: typeof end) => {
      end = given;
      return stop;
    };
    return { stop, follow, end: (reason: unknown) => end(reason) };
  }

  async function* numbers() {
    yield 1;
    yield 2;
  }
  const iteratorOf = (data: unknown, follow: Parameters<typeof followed>[1]) =>
    (followed(data, follow) as AsyncIterable<unknown>)[Symbol.asyncIterator]();

  it("stops its checks when the client leaves, and closes the generator", async () => {
    const { stop, follow } = following();
    const source = numbers();
    const values = iteratorOf(source, follow);
    expect(await values.next()).toEqual({ done: false, value: 1 });
    expect(stop).not.toHaveBeenCalled();
    expect(await values.return?.("left")).toEqual({ done: true, value: "left" });
    expect(stop).toHaveBeenCalledOnce();
    expect(await source.next()).toEqual({ done: true, value: undefined });
  });

  it("stops its checks when the client leaves an iterator that cannot be closed", async () => {
    const { stop, follow } = following();
    const next = async () => ({ done: false, value: 1 });
    const values = iteratorOf({ [Symbol.asyncIterator]: () => ({ next }) }, follow);
    expect(await values.return?.("left")).toEqual({ done: true, value: "left" });
    expect(stop).toHaveBeenCalledOnce();
  });

  it("is closed when it may not continue, and rejects its next value, if anybody waits for it", async () => {
    const unheld: unknown[] = [];
    const note = (error: unknown) => void unheld.push(error);
    process.on("unhandledRejection", note);
    onTestFinished(() => void process.off("unhandledRejection", note));
    for (const isWaiting of [true, false]) {
      const { follow, end } = following();
      const closed = vi.fn(async () => ({ done: true as const, value: undefined }));
      const next = () => new Promise<never>(() => undefined);
      const values = iteratorOf({ [Symbol.asyncIterator]: () => ({ next, return: closed }) }, follow);
      const waiting = isWaiting ? values.next() : undefined;
      end(new Error("the token has expired"));
      if (waiting !== undefined) await expect(waiting).rejects.toThrow("the token has expired");
      expect(closed).toHaveBeenCalledOnce();
      await expect(values.next()).rejects.toThrow("the token has expired");
    }
    const { follow, end } = following();
    iteratorOf({ [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: 1 }) }) }, follow);
    end(new Error("nobody waits"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(unheld).toEqual([]);
  });

  it("stops its checks after the last value, and after an error", async () => {
    const last = following();
    const values = iteratorOf(numbers(), last.follow);
    for (const done of [false, false, true]) {
      expect(last.stop).not.toHaveBeenCalled();
      expect((await values.next()).done).toBe(done);
    }
    expect(last.stop).toHaveBeenCalledOnce();
    const failed = following();
    const next = async () => {
      throw new Error("the resolver's");
    };
    const failing = iteratorOf({ [Symbol.asyncIterator]: () => ({ next }) }, failed.follow);
    await expect(failing.next()).rejects.toThrow("the resolver's");
    expect(failed.stop).toHaveBeenCalledOnce();
  });

  it("that is an observable passes values, errors and its end on, and stops its checks", () => {
    for (const last of ["error", "complete"] as const) {
      const { stop, follow } = following();
      let emit: { next(value: unknown): void; error(reason: unknown): void; complete(): void } | undefined;
      const heard: unknown[] = [];
      const left = vi.fn();
      const source = observable<unknown, unknown>((given) => {
        emit = given;
        return left;
      });
      (followed(source, follow) as typeof source).subscribe({
        next: (value) => heard.push(value),
        error: (reason) => heard.push(["error", reason]),
        complete: () => heard.push(["complete", undefined]),
      });
      emit?.next(1);
      expect(stop).not.toHaveBeenCalled();
      emit?.[last]("why");
      expect(heard).toEqual([1, [last, last === "error" ? "why" : undefined]]);
      expect([stop.mock.calls.length, left.mock.calls.length]).toEqual([1, 1]);
    }
  });

  it("that is an observable ends with the reason when it may not continue, and is left when the client leaves", () => {
    for (const isEnded of [true, false]) {
      const { stop, follow, end } = following();
      const left = vi.fn();
      const heard: unknown[] = [];
      const source = observable<unknown, unknown>(() => left);
      const { unsubscribe } = (followed(source, follow) as typeof source).subscribe({
        error: (reason) => heard.push(reason),
      });
      if (isEnded) end("the token has expired");
      else unsubscribe();
      expect(heard).toEqual(isEnded ? ["the token has expired"] : []);
      expect([stop.mock.calls.length, left.mock.calls.length]).toEqual([1, 1]);
    }
  });

  it("is not checked any more once it was stopped", () => {
    const check = vi.fn();
    const stop = follower(new Watch(), check)(() => undefined);
    vi.advanceTimersByTime(1000);
    expect(check).toHaveBeenCalledTimes(2);
    stop();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends once, even if nobody waits for its next value", () => {
    const watch = new Watch();
    const end = vi.fn();
    const reason = new Error("the token has expired");
    follower(watch, () => {
      throw reason;
    })(end);
    vi.advanceTimersByTime(2000);
    expect(end).toHaveBeenCalledExactlyOnceWith(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that is neither is passed on", () => {
    for (const data of [undefined, null, 7, "text", {}]) expect(followed(data, fail)).toBe(data);
  });
});

describe("the credentials of a call", () => {
  const headers = { authorization: "Bearer a" };

  it("are read from Node's own request, which has every field, and not from Fastify's", () => {
    const rawHeaders = ["Authorization", "Bearer a", "Authorization", "Bearer b"];
    const request = { headers, raw: { headers, rawHeaders } };
    expect(readRequest(request, undefined).authorization).toEqual(["Bearer a", "Bearer b"]);
  });

  it("of a WebSocket are its Authorization header and the token among its connection parameters", () => {
    const request = { headers, upgrade: true } as object as IncomingMessage;
    expect(readRequest(request, undefined).authorization).toEqual(["Bearer a"]);
    expect(readRequest(request, { connectionParams: null }).authorization).toEqual(["Bearer a"]);
    const info = { connectionParams: { token: "b" } };
    expect(readRequest(request, info).authorization).toEqual(["Bearer a", "Bearer b"]);
    const plain = { headers } as object as IncomingMessage;
    expect(readRequest(plain, info).authorization).toBe("Bearer a");
  });
});

describe("a call that is accepted", () => {
  function calls(changes: object = {}) {
    const verifySync = vi.fn(working.verifySync);
    const verifier = { ...working, verifySync, ...changes };
    const refuse = (error: unknown, { path, request }: RefusedCall) =>
      new Error(`refused ${path} of ${Object.keys(request)}: ${(error as Error).message}`);
    const guard = createGuard({ verifier, ownerParam: null, log: false });
    const live = createLiveCalls(guard, verifier, refuse);
    const token = issuer.tokenFor("alice", { expiresIn: 60 });
    const call = (type: string, request: object) => ({
      type,
      path: "tasks.list",
      request: request as IncomingMessage,
      principal: working.verifySync(token),
      authorization: `Bearer ${token}`,
      tokenInQuery: false,
    });
    return { live, call, verifySync };
  }

  const plain = { headers: {} };
  const values = async function* () {
    yield 1;
    await new Promise(() => undefined);
  };

  it("is not followed if it is no subscription, or has failed", async () => {
    const { live, call } = calls();
    for (const [type, result] of [
      ["query", { ok: true, data: values() }],
      ["mutation", { ok: true, data: values() }],
      ["subscription", { ok: false, error: new Error("the resolver's") }],
    ] as const)
      expect(await live(call(type, plain), async () => result)).toBe(result);
  });

  it("ends with the error of a rejected call if the verifier answers with a promise", async () => {
    const { live, call } = calls({ verifySync: async () => ({}) });
    const { data } = (await live(call("subscription", plain), async () => ({
      ok: true,
      data: values(),
    }))) as { data: AsyncIterable<unknown> };
    const iterator = data[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: 1 });
    const ended = iterator.next();
    vi.advanceTimersByTime(500);
    await expect(ended).rejects.toThrow(
      "refused tasks.list of headers: `verifySync` answered with a promise",
    );
  });

  it("has its WebSocket checked once at a time, however many calls it makes, until it closes", async () => {
    const { live, call, verifySync } = calls();
    let closed: () => void = () => undefined;
    const socket = {
      on: () => undefined,
      once: (event: string, listener: () => void) => {
        if (event === "close") closed = listener;
      },
    };
    const request = { headers: {}, upgrade: true, socket };
    for (const result of ["one", "two"])
      expect(await live(call("query", request), async () => result)).toBe(result);
    verifySync.mockClear();
    vi.advanceTimersByTime(500);
    expect(verifySync).toHaveBeenCalledOnce();
    closed();
    expect(vi.getTimerCount()).toBe(0);
  });
});

function fail(): never {
  throw new Error("it must not be followed");
}
