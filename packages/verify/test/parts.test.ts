import { describe, expect, it } from "vitest";
import { GenerationCache } from "../src/cache.ts";
import { AuthError, authErrorCodes, ConfigurationError } from "../src/errors.ts";
import { deepFreeze } from "../src/freeze.ts";
import { authorizationFields } from "../src/node-headers.ts";
import { checkOwner } from "../src/owner.ts";
import { createOwnerParamFinder } from "../src/owner-params.ts";
import { hasQueryToken } from "../src/query-token.ts";
import { integerWithin } from "../src/range.ts";
import { elapsedClock, steadyClock } from "../src/time.ts";
import { refusal } from "./support.ts";

describe("GenerationCache", () => {
  it("never holds more than its capacity", () => {
    const cache = new GenerationCache<number>(10);
    for (let index = 0; index < 1000; index++) {
      cache.set(`key ${index}`, index);
      expect(cache.size).toBeLessThanOrEqual(10);
    }
    expect(cache.get("key 999")).toBe(999);
    expect(cache.get("key 0")).toBeUndefined();
  });

  it("keeps what is asked for through a scan of what is not", () => {
    const cache = new GenerationCache<string>(10);
    cache.set("hot", "value");
    for (let index = 0; index < 1000; index++) {
      cache.set(`cold ${index}`, "value");
      expect(cache.get("hot")).toBe("value");
    }
  });

  it("forgets what is deleted, in either generation", () => {
    const cache = new GenerationCache<string>(4);
    for (const key of ["a", "b", "c"]) cache.set(key, key);
    for (const key of ["a", "b", "c"]) cache.delete(key);
    expect(cache.size).toBe(0);
  });
});

describe("deepFreeze", () => {
  it("freezes plain data and leaves other objects alone", () => {
    const date = new Date(0);
    const value = deepFreeze({ list: [{ deep: true }], date, bare: Object.assign(Object.create(null), { x: {} }) });
    for (const part of [value, value.list, value.list[0], value.bare, value.bare.x])
      expect(Object.isFrozen(part)).toBe(true);
    expect(Object.isFrozen(date)).toBe(false);
  });

  it("takes what is no object as it is", () => {
    for (const value of [null, undefined, "text", 1, true]) expect(deepFreeze(value)).toBe(value);
    expect(Object.isFrozen(deepFreeze({ nothing: null, absent: undefined, text: "a" }))).toBe(true);
  });

  it("freezes nesting deeper than the stack", () => {
    let value: unknown[] = [];
    for (let depth = 0; depth < 200_000; depth++) value = [value];
    expect(Object.isFrozen(deepFreeze(value)[0])).toBe(true);
  });
});

describe("steadyClock", () => {
  it("goes on counting when the wall clock is stepped back, and recovers from a step ahead", () => {
    const time = { wall: 1000, monotonic: 50 };
    const clock = steadyClock(
      () => time.wall,
      () => time.monotonic,
    );
    const pass = (wall: number, monotonic: number) => {
      time.wall += wall;
      time.monotonic += monotonic;
      return clock();
    };
    expect(pass(10, 10)).toBe(1010);
    expect(pass(-500, 0)).toBe(1010);
    expect(pass(10, 10)).toBe(1020);
    expect(pass(9500, 0)).toBe(10_020);
    expect(pass(-9000, 0)).toBe(1020);
  });
});

describe("the system's clocks", () => {
  it("are the default", () => {
    const before = Date.now();
    const [steady, elapsed] = [steadyClock(), elapsedClock()];
    expect(steady()).toBeGreaterThanOrEqual(before);
    expect(elapsed()).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["wall", 5, 3],
    ["monotonic", 3, 5],
  ])("count what the %s clock has when it counts more, between any two readings", (_case, wallStep, monotonicStep) => {
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
  });
});

describe("authorizationFields", () => {
  it("finds every field, whatever its case", () => {
    expect(authorizationFields(["Host", "a", "X-Authorization", "b"])).toBeUndefined();
    expect(authorizationFields(["Host", "authorization", "AUTHORIZATION", "Bearer a"])).toBe("Bearer a");
    expect(authorizationFields(["x-equally-long", "authorization", "authorizatiox", "Bearer a"])).toBeUndefined();
    expect(authorizationFields(["authorization", "a", "Authorization", "b", "AUTHORIZATION", "c"])).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});

describe("createOwnerParamFinder", () => {
  const find = createOwnerParamFinder(["userId", "ownerId"]);

  it("finds the owner parameters that a route has, in their order", () => {
    expect(find({ ownerId: "a", taskId: "1", userId: "a" })).toEqual(["userId", "ownerId"]);
    expect(find({ taskId: "1" })).toEqual([]);
    expect(find(Object.create({ userId: "a" }))).toEqual(["userId"]);
    expect(Object.isFrozen(find({}))).toBe(true);
  });

  it("refuses everybody where one is spelt almost like it, each time", () => {
    for (let round = 0; round < 2; round++) {
      expect(refusal(() => find({ taskId: "1", USER_ID: "a" }))).toMatchObject({
        code: "owner_mismatch",
        hint: 'the route\'s parameter "USER_ID" is not held to its owner, since ownerParam says "userId": spell them alike, or list both',
      });
    }
  });

  it("looks into each name once", () => {
    let looks = 0;
    class Watched extends String {
      override toLowerCase(): string {
        looks++;
        return super.toLowerCase();
      }
    }
    const watching = createOwnerParamFinder([new Watched("userId") as string]);
    for (let round = 0; round < 3; round++) watching({ taskId: "1" });
    expect(looks).toBe(1);
  });
});

describe("hasQueryToken", () => {
  it.each([
    ["/tasks?access_token=a", true],
    ["/tasks?x=1&access_token", true],
    ["/tasks?access%5Ftoken=a", true],
    ["https://api.example.com/?access_token=a", true],
    ["?access_token=a", true],
    ["/tasks", false],
    ["/access_token=a", false],
    ["/tasks?xaccess_token=a", false],
    ["/tasks?token=access_token", false],
    ["/?access_token=a", true],
    ["access_token=a", false],
  ])("of %s is %j", (url, expected) => {
    expect(hasQueryToken(url)).toBe(expected);
  });
});

describe("integerWithin", () => {
  it("takes both ends, and nothing else", () => {
    expect([1, 2, 3].map((value) => integerWithin(value, "maxAge", 1, 3))).toEqual([1, 2, 3]);
    for (const value of [0, 4, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "2" as never, undefined as never]) {
      expect(() => integerWithin(value, "maxAge", 1, 3)).toThrow(
        new ConfigurationError("maxAge: must be an integer from 1 to 3."),
      );
    }
  });
});

describe("checkOwner", () => {
  it("accepts the very id, in each of the parameters", () => {
    expect(() => checkOwner("alice", { userId: "alice", taskId: "7" }, ["userId"])).not.toThrow();
    expect(() => checkOwner("alice", { userId: "alice", ownerId: "alice" }, ["userId", "ownerId"])).not.toThrow();
    expect(() => checkOwner("alice", {}, [])).not.toThrow();
  });

  it.each([
    ["Alice"],
    ["alice "],
    ["ａｌｉｃｅ"],
    ["alice\u0000"],
    ["%61lice"],
    [""],
    [undefined],
    [null],
    [["alice"]],
    [{ toString: (): string => "alice" }],
  ])("refuses %j", (userId) => {
    expect(refusal(() => checkOwner("alice", { userId }, ["userId"])).code).toBe("owner_mismatch");
  });

  it("refuses when one of several differs, and an empty id against an empty parameter", () => {
    expect(refusal(() => checkOwner("a", { x: "a", y: "b" }, ["x", "y"])).code).toBe("owner_mismatch");
    expect(refusal(() => checkOwner("", { x: "" }, ["x"])).code).toBe("owner_mismatch");
  });

  it("tells the operator which parameter it was", () => {
    expect(refusal(() => checkOwner("a", { x: "a", y: "b" }, ["x", "y"])).hint).toBe(
      "the path's `y` is not the token's subject",
    );
  });

  it("reads no inherited parameter", () => {
    expect(refusal(() => checkOwner("alice", Object.create({ userId: "alice" }), ["userId"])).code).toBe(
      "owner_mismatch",
    );
  });
});

/** What a client reads of each reason, written out a second time on purpose: clients and their logs have them. */
const sentences = {
  credentials_missing: "This endpoint needs a bearer token in the Authorization header.",
  credentials_ambiguous: "The request carries more than one set of credentials.",
  token_too_large: "The token is longer than this API accepts.",
  token_malformed: "The token is not a well-formed JWT.",
  token_unsupported: "The token is of a kind that this API does not accept.",
  algorithm_rejected: "The token is signed with an algorithm that this API does not accept.",
  key_unknown: "The token is signed with a key that this API does not know.",
  signature_invalid: "The token's signature does not match.",
  claims_invalid: "A claim that this API needs is missing or of the wrong form.",
  issuer_rejected: "The token comes from an issuer that this API does not trust.",
  audience_rejected: "The token is meant for another audience.",
  token_expired: "The token has expired.",
  token_not_yet_valid: "The token is not valid yet.",
  token_revoked: "The token has been revoked.",
  owner_mismatch: "This resource belongs to another user.",
  scope_insufficient: "The token does not grant the scope that this endpoint needs.",
  keys_unavailable: "The keys to verify tokens with cannot be had at the moment.",
  revocations_unavailable: "The list of revoked tokens cannot be had at the moment.",
};

describe("AuthError", () => {
  it("has a fixed sentence for each code that a header can carry (RFC 6750 section 3)", () => {
    for (const code of authErrorCodes) {
      const { message } = new AuthError(code, { hint: "hint" });
      expect(message).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+\.$/);
      expect(message).not.toContain("hint");
      expect(message).toBe(sentences[code]);
    }
  });

  it("carries hint and cause where there are any, its name, and no stack", () => {
    const cause = new Error("underneath");
    const error = new AuthError("keys_unavailable", { hint: "a hint", cause });
    expect(error).toMatchObject({ name: "AuthError", code: "keys_unavailable", hint: "a hint" });
    expect(error.cause).toBe(cause);
    expect(error.stack).not.toContain("\n    at ");
    const plain = new AuthError("keys_unavailable");
    expect(plain.hint).toBeUndefined();
    expect(Object.hasOwn(plain, "cause")).toBe(false);
  });

  it("leaves other errors their stack", () => {
    const { stackTraceLimit } = Error;
    new AuthError("token_expired");
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(new Error("another").stack).toContain("\n    at ");
  });

  it("cannot be added to: the list of codes is frozen", () => {
    expect(Object.isFrozen(authErrorCodes)).toBe(true);
    expect(authErrorCodes).toEqual(Object.keys(sentences));
  });
});

describe("ConfigurationError", () => {
  it("is a TypeError of its own name", () => {
    const error = new ConfigurationError("issuer: is missing.");
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: "ConfigurationError", message: "issuer: is missing." });
  });
});
