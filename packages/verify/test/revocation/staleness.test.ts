import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { createGuard } from "../../src/access/index.ts";
import { Freshness } from "../../src/revocation/freshness.ts";
import { createRevocations, type RevocationsOptions } from "../../src/revocation/index.ts";
import { createBench, handClock, refusal, startSeconds, verdict } from "../support.ts";
import { handStore } from "./store.ts";

const revocation = { kind: "session", id: "s1", before: startSeconds } as const;
let warnings: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  warnings = [];
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Nothing is started yet. */
function createFollowing(options: Partial<RevocationsOptions> = {}) {
  const clock = handClock();
  const store = handStore();
  const revocations = createRevocations({ store, maxTokenAge: 900, clock, ...options });
  onTestFinished(() => revocations.close());
  const { issuer, verifier } = createBench({ clock, revocations }, { clock });
  const token = issuer.tokenFor("alice", { claims: { sid: "s1" }, expiresIn: 900 });
  return { clock, store, revocations, issuer, verifier, token };
}

describe("before the first load", () => {
  it("rejects with revocations_unavailable, and an invalid token with its own code", async () => {
    const { issuer, verifier, revocations, token, store } = createFollowing();
    expect(revocations.status()).toEqual({ state: "missing", whenStale: "refuse", entries: 0 });
    expect(store.calls).toEqual([]);
    expect(refusal(() => verifier.verifySync(token))).toMatchObject({
      code: "revocations_unavailable",
      hint: "revocations have not been loaded yet",
    });
    expect(verdict(verifier, issuer.tokenFor("alice", { tampered: true }))).toBe("signature_invalid");
    expect(verdict(verifier, issuer.tokenFor("alice", { expired: true }))).toBe("token_expired");
    expect(verdict(verifier, "garbage")).toBe("token_malformed");
    // The first of these has begun the load.
    await vi.waitFor(() => expect(verdict(verifier, token)).toBe("accepted"));
    expect(warnings).toEqual(["revocations have not been loaded yet: tokens are refused"]);
  });

  it("accepts tokens with whenStale: accept, and warns", async () => {
    const { verifier, revocations, token } = createFollowing({ whenStale: "accept" });
    expect(verdict(verifier, token)).toBe("accepted");
    expect(revocations.status()).toEqual({ state: "missing", whenStale: "accept", entries: 0 });
    expect(warnings).toEqual(["revocations have not been loaded yet: tokens are accepted anyway"]);
    await vi.waitFor(() => expect(revocations.status().state).toBe("current"));
  });

  it("is a 503 with Retry-After from the guard, at once", () => {
    const { verifier, token } = createFollowing();
    const guard = createGuard({ verifier, ownerParam: null });
    const request = {
      authorization: `Bearer ${token}`,
      tokenInQuery: false,
      params: {},
      ownerParams: [],
      source: null,
    };
    const error = refusal(() => guard.admit(request));
    expect(guard.refuse(error, null)).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
    expect(guard.refuse(error, null).headers).not.toHaveProperty("www-authenticate");
  });
});

describe("loading", () => {
  it("is awaited by the verifier's ready(), and subscribes before it loads", async () => {
    const { verifier, token, store } = createFollowing();
    store.rows = [[], [revocation]];
    await verifier.ready();
    await verifier.ready();
    expect(store.calls).toEqual(["subscribe", "load"]);
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("misses nothing that is revoked while it loads", async () => {
    const { verifier, token, store } = createFollowing();
    store.duringLoad = () => store.tell((listener) => listener.revoked([revocation]));
    await verifier.ready();
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("accepts nothing before everything is loaded, even if the store confirms", async () => {
    const { verifier, revocations, token, store } = createFollowing();
    const verdicts: string[] = [];
    store.duringLoad = () => {
      store.tell((listener) => listener.confirmed());
      verdicts.push(verdict(verifier, token), revocations.status().state);
    };
    await verifier.ready();
    expect(verdicts).toEqual(["revocations_unavailable", "missing"]);
    expect(verdict(verifier, token)).toBe("accepted");
  });

  it.each(["subscribe", "load"])("retries with growing delays when %s fails", async (step) => {
    const { verifier, revocations, token, store } = createFollowing();
    const failure = new Error("no connection");
    if (step === "load") store.rows = [[revocation], failure];
    else store.refusal = failure;
    await expect(verifier.ready()).rejects.toMatchObject({
      code: "revocations_unavailable",
      hint: expect.stringContaining("no connection"),
      cause: failure,
    });
    // Nothing makes it retry while it waits.
    await expect(revocations.ready()).rejects.toMatchObject({ code: "revocations_unavailable" });
    const attempts = () => store.calls.filter((call) => call === step).length;
    expect(attempts()).toBe(1);
    for (const [seconds, expected] of [
      [1, 2],
      [2, 3],
      [4, 4],
    ] as const) {
      await vi.advanceTimersByTimeAsync(seconds * 1000);
      expect(attempts()).toBe(expected);
    }
    store.rows = [[revocation]];
    store.refusal = undefined;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(verdict(verifier, token)).toBe("token_revoked");
    expect(verdict(verifier, token)).toBe("token_revoked");
    expect(revocations.status().state).toBe("current");
    expect(warnings).toHaveLength(1);
  });
});

describe("a store that confirms nothing", () => {
  it("is tolerated for maxStaleness, cached tokens included, and recovers automatically", async () => {
    const { clock, verifier, revocations, token, store } = createFollowing();
    await verifier.ready();
    for (let second = 0; second < 9; second++) {
      expect(verdict(verifier, token)).toBe("accepted");
      clock.advance(1);
    }
    clock.advance(0.999);
    expect(verdict(verifier, token)).toBe("accepted");
    expect(revocations.status()).toMatchObject({ state: "current", staleness: 9 });
    clock.advance(0.001);
    expect(verdict(verifier, token)).toBe("revocations_unavailable");
    expect(refusal(() => verifier.verifySync(token)).hint).toBe("revocations were last confirmed 10 s ago");
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(
      "revocations were last confirmed 10 s ago: tokens are refused",
      { type: "UsherWarning", code: "USHER_REVOCATIONS_STALE" },
    );
    expect(revocations.status()).toMatchObject({ state: "stale", staleness: 10, whenStale: "refuse" });
    store.tell((listener) => listener.confirmed());
    expect(verdict(verifier, token)).toBe("accepted");
    expect(revocations.status()).toMatchObject({ state: "current", staleness: 0 });
    expect(warnings).toHaveLength(1);
    clock.advance(10);
    for (let time = 0; time < 3; time++) expect(verdict(verifier, token)).toBe("revocations_unavailable");
    expect(warnings).toHaveLength(2);
  });

  it("is noticed for a cached token even if the clock is set back", async () => {
    const { clock, verifier, revocations, token } = createFollowing();
    await verifier.ready();
    expect(verdict(verifier, token)).toBe("accepted");
    clock.advance(20);
    expect(revocations.status().state).toBe("stale");
    clock.advance(-21);
    expect(verdict(verifier, token)).toBe("revocations_unavailable");
  });

  it("does not turn a revoked or an invalid token into a 503", async () => {
    const { clock, issuer, verifier, token, store } = createFollowing();
    await verifier.ready();
    store.tell((listener) => listener.revoked([revocation]));
    clock.advance(60);
    expect(verdict(verifier, token)).toBe("token_revoked");
    expect(verdict(verifier, issuer.tokenFor("bob", { wrongSecret: true }))).toBe("signature_invalid");
    expect(verdict(verifier, issuer.tokenFor("bob"))).toBe("revocations_unavailable");
  });

  it("is tolerated with whenStale: accept: known revocations apply, and the status shows it", async () => {
    const { clock, issuer, verifier, revocations, token, store } = createFollowing({ whenStale: "accept" });
    await verifier.ready();
    store.tell((listener) => listener.revoked([revocation]));
    clock.advance(60);
    expect(verdict(verifier, token)).toBe("token_revoked");
    expect(verdict(verifier, issuer.tokenFor("bob"))).toBe("accepted");
    expect(revocations.status()).toEqual({ state: "stale", whenStale: "accept", staleness: 60, entries: 1 });
  });

  it("is explained in the hint and in one warning", async () => {
    const { clock, verifier, token, store } = createFollowing();
    await verifier.ready();
    for (let attempt = 0; attempt < 3; attempt++) {
      store.tell((listener) => listener.failed(new Error("server closed the connection")));
    }
    expect(warnings).toEqual(['revocations cannot be confirmed: "server closed the connection"']);
    expect(verdict(verifier, token)).toBe("accepted");
    clock.advance(10);
    expect(refusal(() => verifier.verifySync(token))).toMatchObject({
      hint: 'revocations were last confirmed 10 s ago: "server closed the connection"',
      cause: new Error("server closed the connection"),
    });
    store.tell((listener) => listener.failed("no error at all"));
    expect(refusal(() => verifier.verifySync(token)).hint).toBe(
      'revocations were last confirmed 10 s ago: "no error at all"',
    );
    // A confirmation clears the reason, which is reported again when it occurs again.
    store.tell((listener) => listener.confirmed());
    clock.advance(10);
    expect(refusal(() => verifier.verifySync(token)).hint).toBe("revocations were last confirmed 10 s ago");
    store.tell((listener) => listener.failed(new Error("again")));
    expect(warnings.filter((text) => text.includes("cannot be confirmed"))).toEqual([
      'revocations cannot be confirmed: "server closed the connection"',
      'revocations cannot be confirmed: "again"',
    ]);
  });

  it("is measured by time that has passed, whatever the clock is set to", async () => {
    let [wall, monotonic] = [Date.parse("2026-01-01"), 0];
    const { elapsedClock } = await import("../../src/clock.ts");
    const elapsed = elapsedClock(
      () => wall,
      () => monotonic,
    );
    const freshness = new Freshness(10, elapsed);
    const confirm = () => freshness.confirm(elapsed());
    const isFresh = () => freshness.isFresh(wall / 1000);
    const pass = (seconds: number, step = seconds) => {
      monotonic += seconds * 1000;
      wall += step * 1000;
    };
    expect(isFresh()).toBe(false);
    confirm();
    expect(isFresh()).toBe(true);
    // Set back by an hour, the clock has still run for nine seconds, and then for ten.
    pass(9, -3600);
    expect(isFresh()).toBe(true);
    pass(1);
    expect(isFresh()).toBe(false);
    // Set forward, or suspended for as long: it may be true.
    confirm();
    pass(0, 3600);
    expect(isFresh()).toBe(false);
    confirm();
    expect(isFresh()).toBe(true);
    // Corrected: the hour that the clock was ahead hides no staleness.
    pass(0, -3600);
    expect(isFresh()).toBe(true);
    pass(10);
    expect(isFresh()).toBe(false);
  });
});

describe("Freshness", () => {
  const createFreshness = (time: { now: number }) => new Freshness(10, () => time.now);

  it("counts from the latest confirmation, whichever arrives last", () => {
    const time = { now: 20_000 };
    const freshness = createFreshness(time);
    freshness.confirm(20_000);
    freshness.confirm(5_000);
    expect(freshness.age).toBe(0);
  });

  it("ends when the known revocations are removed", () => {
    const freshness = createFreshness({ now: 1000 });
    freshness.confirm(1000);
    expect(freshness.isFresh(1)).toBe(true);
    freshness.forget();
    expect([freshness.isFresh(1), freshness.age]).toEqual([false, Number.POSITIVE_INFINITY]);
  });

  it("is cached for a second, or less if less is left", () => {
    const time = { now: 0 };
    const freshness = createFreshness(time);
    freshness.confirm(0);
    expect(freshness.isFresh(100)).toBe(true);
    time.now = 10_000;
    expect([100.9, 101].map((now) => freshness.isFresh(now))).toEqual([true, false]);
    freshness.confirm(500);
    expect(freshness.isFresh(200)).toBe(true);
    time.now = 10_500;
    expect([200.4, 200.5].map((now) => freshness.isFresh(now))).toEqual([true, false]);
  });

  it("notices that the caller's clock was set back", () => {
    const freshness = createFreshness({ now: 0 });
    freshness.confirm(0);
    freshness.isFresh(100);
    expect([99.9, 100].map((now) => freshness.hasGoneBack(now))).toEqual([true, false]);
  });
});

describe("close", () => {
  it("unsubscribes even if it is still subscribing", async () => {
    const { revocations, store } = createFollowing();
    const ready = revocations.ready();
    await revocations.close();
    await expect(ready).rejects.toMatchObject({ code: "revocations_unavailable" });
    expect(store.listeners.size).toBe(0);
  });

  it("unsubscribes, and the revocations become stale", async () => {
    const { clock, verifier, revocations, token, store } = createFollowing();
    await verifier.ready();
    const listeners = [...store.listeners];
    await revocations.close();
    expect(store.listeners.size).toBe(0);
    expect(verdict(verifier, token)).toBe("accepted");
    clock.advance(10);
    // A store that goes on after the order to stop.
    for (const listener of listeners) listener.confirmed();
    expect(verdict(verifier, token)).toBe("revocations_unavailable");
    await expect(revocations.ready()).rejects.toMatchObject({
      code: "revocations_unavailable",
      hint: "revocations were last confirmed 10 s ago",
    });
  });

  it("ends a running load, and one that waits for a retry", async () => {
    const { revocations, store } = createFollowing();
    store.rows = [[revocation]];
    store.duringLoad = () => revocations.close();
    await expect(revocations.ready()).rejects.toMatchObject({ code: "revocations_unavailable" });
    expect(revocations.status().entries).toBe(0);
    expect([warnings, vi.getTimerCount()]).toEqual([[], 0]);
    const waiting = createFollowing();
    waiting.store.refusal = new Error("no connection");
    await expect(waiting.revocations.ready()).rejects.toThrow();
    expect(vi.getTimerCount()).toBe(1);
    await waiting.revocations.close();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(store.calls).toEqual(["subscribe", "load", "stop"]);
    expect(waiting.store.calls).toEqual(["subscribe"]);
  });
});
