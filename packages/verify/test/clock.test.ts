import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { cautiousClock, elapsedClock, steadyClock } from "../src/clock.ts";
import { createVerifier, sharedSecret } from "../src/index.ts";
import { start, startSeconds, verdict } from "./support.ts";
import { expectNoUnhandledRejections } from "./unhandled-rejections.ts";

const hour = 3_600_000;

describe("steadyClock", () => {
  /** A clock with a wall clock and a monotonic clock that the test sets. */
  function createClock(wall: number) {
    const time = { wall, monotonic: 50_000 };
    const clock = steadyClock(
      () => time.wall,
      () => time.monotonic,
    );
    return {
      clock,
      /** Lets time pass on both. */
      pass: (milliseconds: number) => {
        time.wall += milliseconds;
        time.monotonic += milliseconds;
        return clock();
      },
      /** Sets the wall clock. */
      step: (milliseconds: number) => {
        time.wall += milliseconds;
        return clock();
      },
      witness: (at: number) => clock.witness(at / 1000),
    };
  }

  it("keeps counting through a small step back, and recovers from a step ahead", () => {
    const { pass, step } = createClock(start);
    expect(pass(10)).toBe(start + 10);
    expect(step(-500)).toBe(start + 10);
    expect(pass(10)).toBe(start + 20);
    expect(step(9500)).toBe(start + 9020);
    expect(step(-9000)).toBe(start + 20);
  });

  it("follows a step back of five seconds or more if no token is newer", () => {
    expect(createClock(start).step(-4999)).toBe(start);
    expect(createClock(start).step(-5000)).toBe(start - 5000);
  });

  it("does not follow the wall clock back beyond the newest token, however far it is set back", () => {
    const { pass, step, witness } = createClock(start);
    pass(hour);
    witness(start + hour);
    expect(step(-hour / 2)).toBe(start + hour);
    expect(step(-10 * hour)).toBe(start + hour);
    expect(pass(1000)).toBe(start + hour + 1000);
  });

  it("uses the time since the newest token, and not an older token that arrives later", () => {
    const { pass, step, witness } = createClock(start);
    witness(start - 60_000);
    pass(hour);
    witness(start);
    witness(start - 120_000);
    expect(step(-2 * hour)).toBe(start + hour - 60_000);
  });

  it("follows at once if the wall clock was ahead at the start and is corrected, even after hours", () => {
    const early = createClock(start + hour);
    expect(early.step(-hour)).toBe(start);
    const late = createClock(start + hour);
    late.pass(5 * hour);
    expect(late.step(-hour)).toBe(start + 5 * hour);
    // A token of that time shows that this was right.
    late.witness(start + 5 * hour);
    expect(late.pass(1000)).toBe(start + 5 * hour + 1000);
    expect(late.step(-hour)).toBe(start + 5 * hour + 1000);
  });

  it("is right after a step ahead during which tokens were issued, as on one machine", () => {
    const { pass, step, witness } = createClock(start);
    step(hour);
    witness(start + hour);
    pass(1000);
    expect(step(-hour)).toBe(start + 1000);
  });

  it("stays ahead until a restart if issuer and API were both ahead from the start", () => {
    const { step, witness } = createClock(start + hour);
    witness(start + hour);
    expect(step(-hour)).toBe(start + hour);
  });
});

describe("a verifier with the system's clock", () => {
  afterEach(() => void vi.useRealTimers());
  const fake = (now: number) => vi.useFakeTimers({ toFake: ["Date", "performance"], now });

  function createBench() {
    // The issuer is another machine, whose clock is right.
    let sinceStart = 0;
    const issuer = createTestIssuer({ clock: () => start + sinceStart });
    const { secret, audience } = issuer;
    const verifier = createVerifier({ keys: sharedSecret(secret), issuer: issuer.issuer, audience });
    return {
      verdictOf: (token: string) => verdict(verifier, token),
      tokenFor: issuer.tokenFor,
      pass: (milliseconds: number) => {
        sinceStart += milliseconds;
        vi.advanceTimersByTime(milliseconds);
      },
    };
  }

  it("accepts tokens again once a clock is corrected that was ahead at the start", () => {
    fake(start + hour);
    const { verdictOf, tokenFor, pass } = createBench();
    const token = tokenFor("alice");
    expect(verdictOf(token)).toBe("token_expired");
    pass(10_000);
    vi.setSystemTime(start + 10_000);
    expect([verdictOf(token), verdictOf(tokenFor("bob"))]).toEqual(["accepted", "accepted"]);
    pass(2 * hour);
    expect([verdictOf(token), verdictOf(tokenFor("bob"))]).toEqual(["token_expired", "accepted"]);
  });

  it.each([0, -hour])(
    "accepts no expired token when the clock is set back to %i ms after the start",
    (back) => {
      fake(start);
      const { verdictOf, tokenFor, pass } = createBench();
      const [seen, unseen] = [tokenFor("alice", { expiresIn: 60 }), tokenFor("bob", { expiresIn: 60 })];
      expect(verdictOf(seen)).toBe("accepted");
      pass(65_000);
      expect(verdictOf(seen)).toBe("token_expired");
      vi.setSystemTime(start + back);
      expect([verdictOf(seen), verdictOf(unseen)]).toEqual(["token_expired", "token_expired"]);
      expect(verdictOf(tokenFor("carol"))).toBe("accepted");
    },
  );

  it("accepts no cached token before its time if the clock was ahead when it was cached", () => {
    fake(start);
    const { verdictOf, tokenFor } = createBench();
    vi.setSystemTime(start + hour);
    const early = tokenFor("alice", { claims: { iat: startSeconds + 3600, exp: startSeconds + 4500 } });
    expect(verdictOf(early)).toBe("accepted");
    vi.setSystemTime(start);
    expect(verdictOf(early)).toBe("token_not_yet_valid");
  });

  it("is corrected also after a token without iat, which proves no time", () => {
    fake(start + hour);
    const { verdictOf, tokenFor } = createBench();
    const timeless = { iat: undefined, exp: startSeconds + 7200 };
    expect(verdictOf(tokenFor("alice", { claims: timeless }))).toBe("accepted");
    vi.setSystemTime(start);
    expect(verdictOf(tokenFor("bob"))).toBe("accepted");
  });

  it("looks up the clock on each call, so that it can be replaced later", () => {
    const { verdictOf, tokenFor } = createBench();
    expect(verdictOf(tokenFor("alice"))).toBe("token_expired");
    fake(start);
    expect(verdictOf(tokenFor("alice"))).toBe("accepted");
    const now = vi.spyOn(Date, "now").mockReturnValue(start + hour);
    expect(verdictOf(tokenFor("alice"))).toBe("token_expired");
    now.mockRestore();
  });
});

describe("a clock that returns no time", () => {
  expectNoUnhandledRejections();

  it.each<[string, () => unknown]>([
    ["NaN", () => Number.NaN],
    ["undefined", () => undefined],
    ["null, which is 1970 as a number", () => null],
    ["a text", () => String(start)],
    ["a Date", () => new Date(start)],
    ["a BigInt", () => BigInt(start)],
    ["a promise", async () => start],
    ["a promise that rejects", async () => Promise.reject(new Error("no time"))],
  ])("accepts nothing with %s: no token without iat, and no cached token", (_case, tell) => {
    const issuer = createTestIssuer({ clock: () => start });
    const { secret, audience } = issuer;
    let clock: () => unknown = () => start;
    const options = {
      keys: sharedSecret(secret),
      issuer: issuer.issuer,
      audience,
      clock: () => clock() as number,
    };
    const verifier = createVerifier(options);
    const [seen, unseen] = [1, 2].map((jti) =>
      issuer.tokenFor("alice", { claims: { iat: undefined, jti: `${jti}` } }),
    );
    expect(verdict(verifier, seen as string)).toBe("accepted");
    clock = tell;
    for (const token of [seen, unseen]) expect(verdict(verifier, token as string)).toBe("token_expired");
  });

  it("is rejected at once if it is not a function", () => {
    const keys = sharedSecret("a secret of more than thirty-two characters");
    const options = { keys, issuer: "https://a.example", audience: "b", clock: start as never };
    expect(() => createVerifier(options)).toThrow("clock: give a function");
  });
});

describe("cautiousClock", () => {
  it("follows the wall clock back, and never ahead of the time since its start", () => {
    const time = { wall: start, monotonic: 50_000 };
    const clock = cautiousClock(
      () => time.wall,
      () => time.monotonic,
    );
    expect(clock()).toBe(start);
    time.wall += hour;
    expect(clock()).toBe(start);
    time.monotonic += 10;
    expect(clock()).toBe(start + 10);
    time.wall -= 2 * hour;
    expect(clock()).toBe(start - hour);
  });
});

describe("the system's clocks", () => {
  it("are the default", () => {
    vi.useFakeTimers({ toFake: ["Date", "performance"], now: start });
    onTestFinished(() => void vi.useRealTimers());
    const [steady, cautious, elapsed] = [steadyClock(), cautiousClock(), elapsedClock()];
    expect([steady(), cautious(), elapsed()]).toEqual([start, start, 0]);
    vi.advanceTimersByTime(10);
    expect([steady(), cautious(), elapsed()]).toEqual([start + 10, start + 10, 10]);
    vi.setSystemTime(start + hour);
    expect([steady(), cautious(), elapsed()]).toEqual([start + hour, start + 10, hour]);
  });

  it.each([
    ["wall", 5, 3],
    ["monotonic", 3, 5],
  ])(
    "count the time of the %s clock if it counts more, between any two readings",
    (_case, wallStep, monotonicStep) => {
      let [wall, monotonic] = [1000, 50];
      const elapsed = elapsedClock(
        () => wall,
        () => monotonic,
      );
      expect(elapsed()).toBe(0);
      for (const total of [5, 10]) {
        wall += wallStep;
        monotonic += monotonicStep;
        expect(elapsed()).toBe(total);
      }
      wall -= 100;
      expect(elapsed()).toBe(10);
    },
  );

  it("count no time twice, however often they are read", () => {
    let now = 0;
    // Like the system's: one in whole milliseconds, the other with fractions.
    const elapsed = elapsedClock(
      () => start + Math.floor(now),
      () => now,
    );
    for (let reading = 0; reading < 100_000; reading++) {
      now += 0.13;
      elapsed();
    }
    expect(Math.abs(elapsed() - now)).toBeLessThan(5);
  });

  it("count the time while a machine was suspended, and none for a clock that is set back and forth", () => {
    const time = { wall: start, monotonic: 0 };
    const elapsed = elapsedClock(
      () => time.wall,
      () => time.monotonic,
    );
    time.wall += 60_000;
    expect(elapsed()).toBe(60_000);
    time.wall -= 3_600_000;
    time.monotonic += 10;
    time.wall += 10;
    expect(elapsed()).toBe(60_010);
  });

  it("count the time of a suspension before the first reading, whatever the monotonic clock says at the start", () => {
    const time = { wall: start, monotonic: 5_000 };
    const elapsed = elapsedClock(
      () => time.wall,
      () => time.monotonic,
    );
    time.wall += 60_000;
    expect(elapsed()).toBe(60_000);
  });

  it.each([
    ["a millisecond", 1, [0, 2, 2, 4]],
    ["half a millisecond", 0.5, [0, 0, 1.5, 1.5]],
  ])("count differences of %s once they are larger than the clock's resolution", (_case, step, totals) => {
    let wall = 1_000;
    const elapsed = elapsedClock(
      () => wall,
      () => 0,
    );
    for (const total of totals) {
      wall += step;
      expect(elapsed()).toBe(total);
    }
  });
});
