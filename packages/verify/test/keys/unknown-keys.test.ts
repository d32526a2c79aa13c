import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createGuard } from "../../src/access/index.ts";
import { type Fetch, isAuthError, type RemoteJwksOptions, remoteJwks } from "../../src/index.ts";
import { createBudget } from "../../src/keys/fetch-budget.ts";
import { eagerly } from "../../src/verifier/internals.ts";
import { createBench, handClock, refusal } from "../support.ts";

/**
 * Tokens of unknown keys: a real rotation is noticed at once, and made-up keys cost the issuer almost
 * nothing.
 */

const address = "https://app.example.com/api/auth/jwks";
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
const unknown = (issuer: TestIssuer) =>
  issuer.tokenFor("mallory", { header: { kid: `made up ${Math.random()}` } });

beforeEach(() => void vi.spyOn(process, "emitWarning").mockImplementation(() => {}));
afterEach(() => vi.restoreAllMocks());

/** A guard with published keys. Returns the user's id, or status and code of the refusal. */
function createGuarded(options: RemoteJwksOptions = {}) {
  const { clock } = createBench();
  const issuer = createTestIssuer({ algorithm: "ES256", clock });
  const state = { fetches: 0, isOut: false, held: undefined as (() => void)[] | undefined };
  const fetch: Fetch = async () => {
    state.fetches++;
    // The issuer has read its keys; its response may take a while to arrive.
    const keys = JSON.stringify(issuer.jwks());
    const { held } = state;
    if (held !== undefined) await new Promise<void>((resolve) => held.push(resolve));
    if (state.isOut) throw new Error("out");
    return new Response(keys);
  };
  const { verifier } = createBench({
    keys: remoteJwks(address, { fetch, clock, random: () => 1, ...options }),
    clock,
  });
  const guard = createGuard({ verifier, ownerParam: null });
  const ask = async (token: string) => {
    const request = {
      authorization: `Bearer ${token}`,
      tokenInQuery: false,
      params: {},
      ownerParams: [],
      source: null,
    };
    try {
      return (await guard.admit(request)).id;
    } catch (error) {
      if (!isAuthError(error)) throw error;
      const { status, headers } = guard.refuse(error, null);
      return `${status} ${error.code}${headers["retry-after"] === undefined ? "" : " retry"}`;
    }
  };
  const release = () => {
    for (const resolve of state.held?.splice(0) ?? []) resolve();
  };
  return Object.assign(state, { clock, issuer, verifier, ask, release });
}

const unavailable = "503 keys_unavailable retry";

describe("the first token of a new key", () => {
  it("is accepted right after the last fetch, and at each of several rotations", async () => {
    const guarded = createGuarded();
    expect(await guarded.ask(guarded.issuer.tokenFor("alice"))).toBe("alice");
    for (const user of ["bob", "carol", "dora", "eve"]) {
      guarded.issuer.rotate();
      expect(await guarded.ask(guarded.issuer.tokenFor(user))).toBe(user);
    }
    expect(guarded.fetches).toBe(5);
  });

  it("is accepted if it arrives during a fetch that missed its key", async () => {
    const guarded = createGuarded();
    guarded.held = [];
    const [first] = [guarded.ask(guarded.issuer.tokenFor("alice"))];
    await settle();
    guarded.issuer.rotate();
    const next = ["bob", "carol"].map((user) => guarded.ask(guarded.issuer.tokenFor(user)));
    await settle();
    guarded.release();
    guarded.held = undefined;
    expect(await Promise.all([first, ...next])).toEqual(["alice", "bob", "carol"]);
    expect(guarded.fetches).toBe(2);
  });

  it("is a 503 with Retry-After while made-up keys have used up the budget, and is accepted afterwards", async () => {
    const guarded = createGuarded();
    const known = guarded.issuer.tokenFor("alice", { expiresIn: 3600 });
    await guarded.ask(known);
    for (let time = 0; time < 20; time++) await guarded.ask(unknown(guarded.issuer));
    guarded.issuer.rotate();
    const fresh = guarded.issuer.tokenFor("bob", { expiresIn: 3600 });
    expect(await guarded.ask(fresh)).toBe(unavailable);
    await expect(guarded.verifier.verify(fresh)).rejects.toMatchObject({
      hint: `no key fits this token, and the JWKS at ${address} was loaded 5 times recently because of unknown keys: the next load may start in 30 s`,
    });
    guarded.clock.advance(29);
    expect(await guarded.ask(fresh)).toBe(unavailable);
    expect(await guarded.ask(known)).toBe("alice");
    guarded.clock.advance(1);
    expect(await guarded.ask(fresh)).toBe("bob");
    expect(guarded.fetches).toBe(7);
  });
});

describe("a made-up key", () => {
  it("is unknown after a fetch that began after its token arrived", async () => {
    const guarded = createGuarded();
    await guarded.verifier.ready();
    expect(await guarded.ask(unknown(guarded.issuer))).toBe("401 key_unknown");
    expect(guarded.fetches).toBe(2);
  });

  it("in 2,000 tokens costs the issuer a few fetches, and tokens of known keys nothing", async () => {
    const guarded = createGuarded();
    const known = guarded.issuer.tokenFor("alice", { expiresIn: 3600 });
    await guarded.ask(known);
    for (let batch = 0; batch < 10; batch++) {
      const before = guarded.fetches;
      const flood = Array.from({ length: 200 }, () => guarded.ask(unknown(guarded.issuer)));
      // Synchronous in between: no promise to wait for.
      expect(eagerly(guarded.verifier)(known)).toMatchObject({ id: "alice" });
      expect(eagerly(guarded.verifier)(guarded.issuer.tokenFor("bob"))).toMatchObject({ id: "bob" });
      // One per token within the budget, and one more after half a minute.
      const isSpent = batch === 5 || batch > 6;
      expect(new Set(await Promise.all(flood))).toEqual(new Set([isSpent ? unavailable : "401 key_unknown"]));
      expect(guarded.fetches - before).toBe(isSpent ? 0 : 1);
      guarded.clock.advance(5);
    }
    expect(guarded.fetches).toBe(1 + 6);
  });

  it("is decided by one fetch for all concurrent requests", async () => {
    const guarded = createGuarded();
    await guarded.verifier.ready();
    const verdicts = await Promise.all(
      Array.from({ length: 50 }, () => guarded.ask(unknown(guarded.issuer))),
    );
    expect(new Set(verdicts)).toEqual(new Set(["401 key_unknown"]));
    expect(guarded.fetches).toBe(2);
  });

  it("is a 503 while the issuer is down; failures back off and use no budget", async () => {
    const guarded = createGuarded();
    await guarded.verifier.ready();
    guarded.isOut = true;
    for (let minute = 0; minute < 10; minute++) {
      expect(await guarded.ask(unknown(guarded.issuer))).toBe(unavailable);
      guarded.clock.advance(60);
    }
    guarded.isOut = false;
    for (let time = 0; time < 3; time++) {
      expect(await guarded.ask(unknown(guarded.issuer))).toBe("401 key_unknown");
    }
  });

  it("is unknown to verifySync, which fetches nothing", async () => {
    const guarded = createGuarded();
    await guarded.verifier.ready();
    for (let time = 0; time < 20; time++) {
      expect(refusal(() => guarded.verifier.verifySync(unknown(guarded.issuer))).code).toBe("key_unknown");
    }
    expect(guarded.fetches).toBe(1);
  });
});

describe("createBudget", () => {
  it("allows its size at once, then one per interval, and never more than its size", () => {
    const clock = handClock();
    const budget = createBudget(3, 10_000, clock);
    const take = (times: number) => Array.from({ length: times }, () => budget.take());
    expect([budget.wait(), take(4), budget.wait()]).toEqual([0, [true, true, true, false], 10_000]);
    clock.advance(9.999);
    expect([take(1), budget.wait()]).toEqual([[false], 1]);
    clock.advance(0.001);
    expect(take(2)).toEqual([true, false]);
    clock.advance(25);
    expect(take(3)).toEqual([true, true, false]);
    clock.advance(3600);
    expect(take(4)).toEqual([true, true, true, false]);
  });
});
