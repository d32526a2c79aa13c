import { isDeepStrictEqual } from "node:util";
import { createGuard } from "@usher-auth/verify/guard";
import { createLogoutVerifier } from "@usher-auth/verify/logout";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { refusal, startSeconds, verdict } from "../../../packages/verify/test/support.ts";
import { count } from "../report/counts.ts";
import { anyCharacter, halfSurrogate } from "./support/characters.ts";
import { worldOf } from "./support/fixture.ts";
import { segment, signByHand } from "./support/segment.ts";

describe("properties: any text", () => {
  const { issuer, verifier } = worldOf("HS256");
  const byKeyPair = worldOf("EdDSA").verifier;
  const guard = createGuard({ verifier, ownerParam: "userId" });
  const jsonText = fc.oneof(fc.json(), fc.constantFrom("", "{", "null", "[]", '{"alg":"HS256"}', "\ufeff{}"));
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(halfSurrogate, { maxLength: 20 }).map((halves) => halves.join("")),
    fc.array(anyCharacter, { maxLength: 60 }).map((characters) => characters.join("")),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("latin1")),
    fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("utf16le")),
    fc
      .tuple(jsonText, jsonText, fc.uint8Array())
      .map((parts) => parts.map((part) => segment(part)).join(".")),
    fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 }).map((parts) => parts.map(segment).join(".")),
  );

  it("verifying throws nothing but AuthError", async (test) => {
    const run = async (hostile: string) => {
      for (const one of [verifier, byKeyPair]) {
        expect(verdict(one, hostile)).not.toBe("accepted");
        await expect(one.verify(hostile)).rejects.toMatchObject({ name: "AuthError" });
        await expect(createLogoutVerifier(one)(hostile)).rejects.toMatchObject({ name: "AuthError" });
      }
      count(test, { texts: 1 });
    };
    const huge = ["a", ".", "\0", "\ud800", "e30.e30.", "é"].map((part) => part.repeat(2 ** 22));
    for (const hostile of ["", ...huge]) await run(hostile);
    await fc.assert(fc.asyncProperty(text, run), { numRuns: 1000 });
  });

  it("the guard throws nothing but AuthError for any header, parameter and query", (test) => {
    const field = fc
      .tuple(fc.constantFrom("Bearer ", "bearer", "", "Basic "), text)
      .map((parts) => parts.join(""));
    const authorization = fc.oneof(field, fc.array(field), fc.constant(undefined));
    fc.assert(
      fc.property(authorization, fc.anything(), fc.boolean(), (fields, userId, tokenInQuery) => {
        const request = {
          authorization: fields,
          tokenInQuery,
          params: { userId },
          ownerParams: ["userId"],
          source: {},
        };
        expect(refusal(() => guard.admit(request)).code).toMatch(
          /^(?:credentials|token|algorithm|signature)_/,
        );
        count(test, { texts: 1 });
      }),
      { numRuns: 2000 },
    );
  });

  it("a value that is not a string is malformed", async (test) => {
    const run = async (value: unknown) => {
      expect(refusal(() => verifier.verifySync(value as string)).code).toBe("token_malformed");
      await expect(verifier.verify(value as string)).rejects.toMatchObject({ code: "token_malformed" });
      count(test, { texts: 1 });
    };
    const token = issuer.tokenFor("alice");
    for (const value of [new String(token), Buffer.from(token), [token], { toString: () => token }])
      await run(value);
    const noString = fc.anything({ withBigInt: true, withDate: true, withMap: true, withTypedArray: true });
    await fc.assert(
      fc.asyncProperty(
        noString.filter((value) => typeof value !== "string"),
        run,
      ),
      { numRuns: 500 },
    );
  });

  it("a signed payload, JSON or not, never throws anything but AuthError", (test) => {
    const header = segment('{"alg":"HS256"}');
    const registered = fc.dictionary(
      fc.constantFrom("iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid"),
      fc.jsonValue(),
    );
    const payload = fc.oneof(
      fc.uint8Array({ minLength: 1 }),
      jsonText,
      text,
      registered.map((claims) => JSON.stringify(claims)),
    );
    fc.assert(
      fc.property(
        payload.filter(({ length }) => length > 0),
        (content) => {
          const token = signByHand(header, segment(content), issuer.secret);
          expect(verdict(verifier, token)).toMatch(/^(?:claims_invalid|issuer_rejected|token_too_large)$/);
          count(test, { texts: 1 });
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("properties: signed claims", () => {
  const { issuer, verifier } = worldOf("HS256");
  const names = [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "toJSON",
    "",
    "0",
    "-1",
    " ",
    "\0",
  ];
  const numbers = [
    0,
    -0,
    2 ** 53,
    -(2 ** 53) - 2,
    1e21,
    1e308,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    0.1 + 0.2,
    1e-7,
  ];
  const name = fc.oneof(fc.constantFrom(...names), fc.string({ unit: "binary" }), halfSurrogate);
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.oneof(
        fc.constantFrom(...numbers),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.integer(),
      ),
      fc.oneof(fc.string({ unit: "binary" }), halfSurrogate, fc.constantFrom(null, true, false)),
      fc.array(tie("value"), { maxLength: 4 }),
      // Not an object literal: `__proto__` must be an own property, a claim like any other.
      fc
        .array(fc.tuple(name, tie("value")), { maxLength: 4 })
        .map((entries) => Object.fromEntries(entries) as unknown),
    ),
  }));
  const registered = new Set(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid"]);
  const claims = fc
    .array(
      fc.tuple(
        name.filter((one) => !registered.has(one)),
        value,
      ),
      { maxLength: 6 },
    )
    .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);

  it("are returned unchanged, and as the same object each time", (test) => {
    fc.assert(
      fc.property(claims, (own) => {
        const token = issuer.tokenFor("alice", { claims: own });
        fc.pre(token.length <= 8192);
        // As JSON represents them: that is what was signed.
        const [, payload = ""] = token.split(".");
        const signed = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Record<
          string,
          unknown
        >;
        const principal = verifier.verifySync(token);
        expect(isDeepStrictEqual(principal.claims, signed), JSON.stringify(principal.claims)).toBe(true);
        for (const key of Object.keys(own)) {
          expect(isDeepStrictEqual(principal.claims[key], JSON.parse(JSON.stringify(own[key])))).toBe(true);
        }
        expect(principal).toMatchObject({ id: "alice", expiresAt: startSeconds + 300 });
        expect(verifier.verifySync(token)).toBe(principal);
        expect(Object.keys(Object.prototype)).toEqual([]);
        count(test, { tokens: 1 });
      }),
      { numRuns: 1000 },
    );
  });
});
