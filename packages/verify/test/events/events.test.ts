import { execFile } from "node:child_process";
import { channel } from "node:diagnostics_channel";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createGuard } from "../../src/access/index.ts";
import { subscribe, type UsherEvents } from "../../src/events/index.ts";
import { isObserved, publish } from "../../src/events/publish.ts";
import { AuthError, ConfigurationError, createVerifier, remoteJwks } from "../../src/index.ts";
import { createBench } from "../support.ts";

// A second copy of the package: every module is evaluated again.
vi.resetModules();
const other = {
  ...(await import("../../src/events/index.ts")),
  ...(await import("../../src/events/publish.ts")),
};

const logout: UsherEvents["usher:logout"] = { status: 200, subject: "alice" };
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Unhandled rejections: they would end the process. */
const unheld: unknown[] = [];
const note = (error: unknown) => void unheld.push(error);

beforeEach(() => {
  vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  process.on("unhandledRejection", note);
});
afterEach(async () => {
  await settled();
  vi.restoreAllMocks();
  process.off("unhandledRejection", note);
  expect(unheld.splice(0)).toEqual([]);
});
const warnings = () => vi.mocked(process.emitWarning).mock.calls.map(([text]) => text as string);

describe("subscribe", () => {
  it("calls the listener until the subscription ends", () => {
    const seen: unknown[] = [];
    expect(isObserved("usher:logout")).toBe(false);
    const stop = subscribe("usher:logout", (event) => seen.push(event));
    expect(isObserved("usher:logout")).toBe(true);
    publish("usher:logout", { ...logout });
    stop();
    stop();
    publish("usher:logout", { ...logout });
    expect(seen).toEqual([logout]);
    expect(isObserved("usher:logout")).toBe(false);
  });

  it("calls no listener after its end, also one that another ends during the event", () => {
    const listener = vi.fn();
    const stopBoth = () => {
      for (const stop of stops) stop();
    };
    const stops: (() => void)[] = [];
    stops.push(subscribe("usher:logout", stopBoth), subscribe("usher:logout", listener));
    publish("usher:logout", { ...logout });
    expect(listener).not.toHaveBeenCalled();
    expect(isObserved("usher:logout")).toBe(false);
  });

  it("calls a listener that ends and subscribes again once for each event", () => {
    let stop = () => {};
    const listener = vi.fn(() => {
      stop();
      stop = subscribe("usher:logout", listener);
    });
    stop = subscribe("usher:logout", listener);
    for (const times of [1, 2]) {
      publish("usher:logout", { ...logout });
      expect(listener).toHaveBeenCalledTimes(times);
    }
    stop();
  });

  it("has a subscription for each call, also of one listener", () => {
    const listener = vi.fn();
    const [first, second] = [subscribe("usher:logout", listener), subscribe("usher:logout", listener)];
    publish("usher:logout", { ...logout });
    expect(listener).toHaveBeenCalledTimes(2);
    first();
    publish("usher:logout", { ...logout });
    expect(listener).toHaveBeenCalledTimes(3);
    second();
  });

  it("passes every event frozen, and the same one to all", () => {
    const seen: object[] = [];
    for (const _ of [1, 2])
      onTestFinished(
        subscribe("usher:logout", (event) => {
          seen.push(event);
          expect(() => Object.assign(event, { status: 500 })).toThrow(TypeError);
        }),
      );
    publish("usher:logout", { ...logout });
    expect(seen).toEqual([logout, logout]);
    expect(seen[0]).toBe(seen[1]);
  });

  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tried.
  it.each<[string, () => unknown]>([
    [
      "throws",
      () => {
        throw new Error("it is broken");
      },
    ],
    ["rejects", () => Promise.reject(new Error("it is broken"))],
    [
      "returns a thenable that throws",
      () => ({
        then() {
          throw new Error("it is broken");
        },
      }),
    ],
    [
      "returns a thenable that rejects",
      () => ({ then: (_: unknown, fail: (e: Error) => void) => fail(new Error("it is broken")) }),
    ],
  ])("warns once, and calls the other listeners, if a listener %s", async (_, listener) => {
    const others = vi.fn();
    onTestFinished(subscribe("usher:logout", listener));
    onTestFinished(subscribe("usher:logout", others));
    for (const _ of [1, 2, 3]) publish("usher:logout", { ...logout });
    await settled();
    expect(others).toHaveBeenCalledTimes(3);
    expect(warnings()).toEqual(['the listener of usher:logout failed: "it is broken"']);
  });
  // biome-ignore-end lint/suspicious/noThenProperty: thenables are what is tried.

  it("waits for no listener", () => {
    onTestFinished(subscribe("usher:logout", () => new Promise(() => undefined)));
    publish("usher:logout", { ...logout });
    expect(warnings()).toEqual([]);
  });

  it.each([["usher:unknown"], ["__proto__"], ["constructor"], [""], [undefined], [Symbol("x")]])(
    "refuses an event that does not exist: %s",
    (name) => {
      expect(() => subscribe(name as never, () => undefined)).toThrow(ConfigurationError);
      expect(() => subscribe(name as never, () => undefined)).toThrow(/no event .*usher:verify, /);
    },
  );

  it.each([[undefined], [null], ["console.log"], [{}]])(
    "refuses a listener that is not a function",
    (listener) => {
      expect(() => subscribe("usher:verify", listener as never)).toThrow(
        new ConfigurationError("subscribe: the listener must be a function."),
      );
    },
  );
});

describe("two copies of the package", () => {
  it("publish to the same subscribers", () => {
    const seen: string[] = [];
    onTestFinished(subscribe("usher:logout", () => seen.push("own")));
    onTestFinished(other.subscribe("usher:logout", () => seen.push("other")));
    expect(other.subscribe).not.toBe(subscribe);
    publish("usher:logout", { ...logout });
    expect(seen.splice(0)).toEqual(["own", "other"]);
    other.publish("usher:logout", { ...logout });
    expect(seen).toEqual(["own", "other"]);
    expect(other.isObserved("usher:logout")).toBe(true);
  });
});

describe("publish", () => {
  it("costs nothing without a subscriber: no event is created", () => {
    const { verifier } = createBench();
    const describe = vi.fn(() => ({}));
    const guard = createGuard<unknown, object>(
      { verifier, ownerParam: null, log: false },
      { adapter: "test", describe },
    );
    guard.refuse(new AuthError("token_expired"), {});
    expect(describe).not.toHaveBeenCalled();
    onTestFinished(subscribe("usher:reject", () => undefined));
    guard.refuse(new AuthError("token_expired"), {});
    expect(describe).toHaveBeenCalledOnce();
  });

  it("throws nothing if the runtime throws what a subscriber threw", () => {
    onTestFinished(subscribe("usher:logout", () => undefined));
    const spy = vi.spyOn(channel("usher:logout"), "publish").mockImplementation(() => {
      throw new Error("thrown by a subscriber");
    });
    expect(() => publish("usher:logout", { ...logout })).not.toThrow();
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
      'a subscriber of usher:logout failed: "thrown by a subscriber"',
      { type: "UsherWarning", code: "USHER_LISTENER_FAILED" },
    );
    spy.mockRestore();
  });

  // This is how node:diagnostics_channel works: its subscribers are tools that must not throw.
  it("does not protect a process from a subscriber of node:diagnostics_channel that throws", async () => {
    const program = `
      import { channel } from "node:diagnostics_channel";
      import { publish } from ${JSON.stringify(fileURLToPath(new URL("../../src/events/publish.ts", import.meta.url)))};
      channel("usher:logout").subscribe(() => { throw new Error("a tool is broken"); });
      publish("usher:logout", { status: 200 });
      console.log("published");
      setTimeout(() => console.log("still running"), 100);
    `;
    const failure = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "--eval",
      program,
    ]).then(
      () => undefined,
      (error: { code: number; stdout: string; stderr: string }) => error,
    );
    expect(failure).toMatchObject({ code: 1, stdout: "published\n" });
    expect(failure?.stderr).toContain("a tool is broken");
  });
});

describe("usher:verify", () => {
  const { verifier, issuer } = createBench();

  it("is published for each verification, with its duration, and whether it was cached", async () => {
    const events: UsherEvents["usher:verify"][] = [];
    onTestFinished(subscribe("usher:verify", (event) => events.push(event)));
    const token = issuer.tokenFor("alice");
    verifier.verifySync(token);
    await verifier.verify(token);
    expect(() => verifier.verifySync("rubbish")).toThrow(AuthError);
    const expired = issuer.tokenFor("alice", { expired: true });
    for (const _ of [1, 2]) await expect(verifier.verify(expired)).rejects.toThrow(AuthError);
    expect(events).toMatchObject([
      { cached: false },
      { cached: true },
      { cached: false, code: "token_malformed" },
      { cached: false, code: "token_expired" },
      { cached: false, code: "token_expired" },
    ]);
    for (const event of events) {
      expect(event.duration).toBeGreaterThanOrEqual(0);
      expect(event.duration).toBeLessThan(1000);
      expect(JSON.stringify(event)).not.toContain(token.slice(0, 20));
    }
    expect(events[0]).not.toHaveProperty("code");
  });

  it("is published once for a verification that waits for keys, without the wait", async () => {
    const events: UsherEvents["usher:verify"][] = [];
    onTestFinished(subscribe("usher:verify", (event) => events.push(event)));
    const { issuer, clock } = createBench({}, { algorithm: "ES256" });
    const remote = createVerifier({
      keys: remoteJwks("https://issuer.example/jwks", {
        fetch: async () => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          return Response.json(issuer.jwks());
        },
      }),
      issuer: issuer.issuer,
      audience: issuer.audience,
      clock,
    });
    const token = issuer.tokenFor("alice");
    await Promise.all([remote.verify(token), remote.verify(token)]);
    await remote.verify(token);
    await expect(remote.verify(issuer.tokenFor("alice", { expired: true }))).rejects.toThrow(AuthError);
    expect(events.map(({ code }) => code)).toEqual([undefined, undefined, undefined, "token_expired"]);
    expect(events.map(({ cached }) => cached)).toEqual([false, true, true, false]);
    expect(events[0]?.duration).toBeLessThan(50);
  });

  it("has the code of a verification that could not fetch keys", async () => {
    const events: UsherEvents["usher:verify"][] = [];
    onTestFinished(subscribe("usher:verify", (event) => events.push(event)));
    const { issuer, clock } = createBench({}, { algorithm: "ES256" });
    const remote = createVerifier({
      keys: remoteJwks("https://issuer.example/jwks", {
        fetch: () => Promise.reject(new Error("no route to host")),
      }),
      issuer: issuer.issuer,
      audience: issuer.audience,
      clock,
    });
    await expect(remote.verify(issuer.tokenFor("alice"))).rejects.toThrow(AuthError);
    expect(events).toMatchObject([{ cached: false, code: "keys_unavailable" }]);
  });

  it("costs nothing without a subscriber: nothing is measured or published", async () => {
    const publishing = vi.spyOn(channel("usher:verify"), "publish");
    const measuring = vi.spyOn(performance, "now");
    const token = issuer.tokenFor("bob");
    verifier.verifySync(token);
    await verifier.verify(token);
    expect([publishing, measuring].map(({ mock }) => mock.calls)).toEqual([[], []]);
    onTestFinished(subscribe("usher:verify", () => undefined));
    verifier.verifySync(token);
    expect(measuring).toHaveBeenCalledTimes(2);
  });

  it("is not published for a bug of the application, which is no verdict about a token", () => {
    const events: unknown[] = [];
    onTestFinished(subscribe("usher:verify", (event) => events.push(event)));
    const broken = createBench({
      clock: () => {
        throw new Error("the clock is broken");
      },
    });
    expect(() => broken.verifier.verifySync(issuer.tokenFor("alice"))).toThrow("the clock is broken");
    expect(events).toEqual([]);
  });
});
