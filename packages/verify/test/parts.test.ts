import { constants, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkOwner } from "../src/access/owner.ts";
import { createOwnerParamFinder } from "../src/access/owner-params.ts";
import { createPrincipal } from "../src/claims/principal.ts";
import { AuthError, authErrorCodes, ConfigurationError } from "../src/errors.ts";
import { authorizationFields, authorizationOf } from "../src/http/authorization.ts";
import { hasQueryToken } from "../src/http/request-target.ts";
import { createPssVerify } from "../src/keys/algorithms/rsa-pss.ts";
import { bindSources } from "../src/keys/bound-source.ts";
import { watchIdleVersions } from "../src/keys/idle-versions.ts";
import type { VerificationKey } from "../src/keys/signature.ts";
import { integerWithin } from "../src/option-values.ts";
import { refusal } from "./support.ts";

describe("watchIdleVersions", () => {
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  afterEach(() => warned.mockClear());

  /** Two versions of a secret, and how often they were looked at. */
  function createVersions(firstVerifiedAt: number | undefined) {
    const [older, later]: VerificationKey[] = [1, 2].map((version) => ({
      algorithm: "HS256",
      version,
      verify: () => false,
      ...(version === 2 && firstVerifiedAt !== undefined && { firstVerifiedAt }),
    }));
    let looks = 0;
    const keys = () => {
      looks++;
      return [later, older] as VerificationKey[];
    };
    const [source] = bindSources({ algorithms: new Set(["HS256"]), candidates: () => [], keys }, ["issuer"]);
    if (source === undefined) throw new Error("one was bound");
    return { source, looks: () => looks };
  }

  it("warns when both have lasted for a lifetime, to the second, and once", () => {
    const watch = watchIdleVersions([createVersions(0).source], 120);
    for (const now of [0, 60, 119]) watch(now);
    expect(warned).not.toHaveBeenCalled();
    const atOnce = watchIdleVersions([createVersions(0).source], 120);
    for (const now of [0, 60, 120]) atOnce(now);
    expect(warned).toHaveBeenCalledTimes(1);
    for (const now of [180, 240]) atOnce(now);
    expect(warned).toHaveBeenCalledExactlyOnceWith(
      "version 1 of the shared secret has verified nothing for 120 s, while version 2 was in use: remove it once every API reports this",
      { type: "UsherWarning", code: "USHER_SECRET_IDLE" },
    );
  });

  it("warns of none while the later one has verified nothing", () => {
    const watch = watchIdleVersions([createVersions(undefined).source], 60);
    for (let now = 0; now < 600; now += 60) watch(now);
    expect(warned).not.toHaveBeenCalled();
  });

  it("looks once a minute, however many tokens come", () => {
    const { source, looks } = createVersions(0);
    const silent = bindSources({ algorithms: new Set(["HS256"]), candidates: () => [] }, ["issuer"]);
    const watch = watchIdleVersions([source, ...silent], 60);
    const looksAt = [100, 100, 159.9, 160, 200, 219, 220].map((now) => {
      watch(now);
      return looks();
    });
    expect(looksAt).toEqual([1, 1, 1, 2, 2, 2, 3]);
  });
});

describe("createPssVerify", () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const bytes = Buffer.from("what is signed");
  const signed = (saltLength: number) =>
    sign("sha256", bytes, { key: privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

  it.each([
    ["a key", publicKey],
    // As on workerd, whose `verify` throws for a key beside options.
    [
      "a key that can only be exported",
      { export: (options: never) => publicKey.export(options) } as KeyObject,
    ],
  ])("takes a salt as long as the hash and no other, with %s", (_case, key) => {
    const verifyPss = createPssVerify("sha256", key);
    expect(verifyPss(bytes, signed(32))).toBe(true);
    expect(verifyPss(bytes, signed(20))).toBe(false);
    expect(verifyPss(Buffer.from("anything else"), signed(32))).toBe(false);
    expect(verifyPss(bytes, sign("sha256", bytes, privateKey))).toBe(false);
  });
});

describe("createPrincipal", () => {
  const required = { iss: "i", sub: "alice", exp: 2 };
  it.each([
    [{}, ["id", "expiresAt", "claims"]],
    [{ sid: "s" }, ["id", "sessionId", "expiresAt", "claims"]],
    [{ iat: 1 }, ["id", "issuedAt", "expiresAt", "claims"]],
    [{ sid: "s", iat: 1 }, ["id", "sessionId", "issuedAt", "expiresAt", "claims"]],
  ])("has of %j what is there, and no more", (claims, names) => {
    const all = { ...required, ...claims };
    const principal = createPrincipal(all, all);
    expect(Object.keys(principal)).toEqual(names);
    expect(principal).toEqual({
      id: "alice",
      ...("sid" in claims && { sessionId: "s" }),
      ...("iat" in claims && { issuedAt: 1 }),
      expiresAt: 2,
      claims: all,
    });
    expect(Object.isFrozen(principal)).toBe(true);
  });
});

describe("authorizationFields", () => {
  it("finds every field, whatever its case", () => {
    expect(authorizationFields(["Host", "a", "X-Authorization", "b"])).toBeUndefined();
    expect(authorizationFields(["Host", "authorization", "AUTHORIZATION", "Bearer a"])).toBe("Bearer a");
    expect(
      authorizationFields(["x-equally-long", "authorization", "authorizatiox", "Bearer a"]),
    ).toBeUndefined();
    expect(authorizationFields(["authorization", "a", "Authorization", "b", "AUTHORIZATION", "c"])).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});

describe("authorizationOf", () => {
  const authorization = "Bearer a";

  it("reads what Node has read, and nothing beside it", () => {
    expect(
      authorizationOf({ rawHeaders: ["Authorization", "Bearer a"], headers: { authorization: "Bearer b" } }),
    ).toBe("Bearer a");
    expect(
      authorizationOf({ rawHeaders: ["Host", "localhost"], headers: { authorization } }),
    ).toBeUndefined();
  });

  it.each<[string, object, unknown]>([
    ["no rawHeaders", { headers: { authorization } }, authorization],
    ["empty rawHeaders", { rawHeaders: [], headers: { authorization } }, authorization],
    ["rawHeaders that are no list", { rawHeaders: {}, headers: { authorization } }, authorization],
    ["a name in another case", { headers: { AuthoriZation: authorization } }, authorization],
    ["a Headers object", { headers: new Headers({ authorization }) }, authorization],
    ["a list of one", { headers: { authorization: [authorization] } }, authorization],
    [
      "a list of two",
      { headers: { authorization: [authorization, "Bearer b"] } },
      [authorization, "Bearer b"],
    ],
    ["two names", { headers: { authorization, Authorization: "Bearer b" } }, [authorization, "Bearer b"]],
    ["two in one", { headers: { authorization: "Bearer a, Bearer b" } }, [authorization, "Bearer b"]],
    [
      "two in one of a list",
      { headers: { authorization: ["Bearer a, Bearer b"] } },
      [authorization, "Bearer b"],
    ],
    ["no headers", {}, undefined],
    ["null for headers", { headers: null }, undefined],
    ["no field", { headers: { host: "localhost" } }, undefined],
    ["an empty list", { headers: { authorization: [] } }, undefined],
    ["no text", { headers: { authorization: 1 } }, undefined],
    ["an empty text", { headers: { authorization: "" } }, ""],
  ])("falls back to headers where there is nothing of Node's: %s", (_name, request, expected) => {
    expect(authorizationOf(request)).toEqual(expected);
  });
});

describe("createOwnerParamFinder", () => {
  const find = createOwnerParamFinder(["userId", "ownerId"]);

  it("finds the owner parameters that a route has, in their order", () => {
    expect(find({ ownerId: "a", taskId: "1", userId: "a" })).toEqual(["userId", "ownerId"]);
    expect(find({ taskId: "1" })).toEqual([]);
    expect(find(Object.create({ userId: "a" }))).toEqual(["userId"]);
  });

  it("refuses everybody where one is spelt almost like it, each time", () => {
    for (let round = 0; round < 2; round++) {
      expect(refusal(() => find({ taskId: "1", USER_ID: "a" }))).toMatchObject({
        code: "owner_mismatch",
        hint: 'the route\'s parameter "USER_ID" is not checked against the owner, because ownerParam is "userId": use the same spelling, or list both',
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
    expect(() =>
      checkOwner("alice", { userId: "alice", ownerId: "alice" }, ["userId", "ownerId"]),
    ).not.toThrow();
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

/**
 * What a client reads of each reason, written out a second time on purpose: clients and their logs have them.
 */
const sentences = {
  credentials_missing: "This endpoint needs a bearer token in the Authorization header.",
  credentials_ambiguous: "The request carries more than one set of credentials.",
  token_too_large: "The token is longer than this API accepts.",
  token_malformed: "The token is not a well-formed JWT.",
  token_unsupported: "The token is of a kind that this API does not accept.",
  algorithm_rejected: "The token is signed with an algorithm that this API does not accept.",
  key_unknown: "The token is signed with a key that this API does not know.",
  signature_invalid: "The token's signature does not match.",
  claims_invalid: "A required claim is missing or has the wrong type.",
  issuer_rejected: "The token comes from an issuer that this API does not trust.",
  audience_rejected: "The token is meant for another audience.",
  token_expired: "The token has expired.",
  token_not_yet_valid: "The token is not valid yet.",
  token_revoked: "The token has been revoked.",
  owner_mismatch: "This resource belongs to another user.",
  scope_insufficient: "The token does not grant the scope that this endpoint needs.",
  keys_unavailable: "The verification keys are not available at the moment.",
  revocations_unavailable: "The revocations are not available at the moment.",
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
  it("is a TypeError with its own name", () => {
    const error = new ConfigurationError("issuer: is missing.");
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: "ConfigurationError", message: "issuer: is missing." });
  });
});
