import type { TestIssuer, TokenFaults } from "@usher-auth/testing";
import type { AuthErrorCode } from "@usher-auth/verify";

/** One fault of a token. */
export interface Way {
  /** Applied when the token is signed. */
  readonly made?: TokenFaults;
  /** Applied to the text of the signed token. */
  readonly spoilt?: (token: string) => string;
}

/** A check that a token can fail, and the ways to fail it. */
export interface Check {
  readonly name: string;
  readonly code: AuthErrorCode;
  readonly ways: readonly Way[];
}

/** What the verifier needs for the last checks: a role that its schema rejects, and what was revoked. */
export const refusedRole = "root";
export const revoked = { token: "revoked-token", session: "revoked-session", user: "revoked-user" } as const;
export const maxTokenAge = 900;

const claims = (values: Readonly<Record<string, unknown>>): Way => ({ made: { claims: values } });
const header = (values: Readonly<Record<string, unknown>>): Way => ({ made: { header: values } });

/**
 * Every check of a token, in the order of `createVerifier`.
 *
 * @param now Seconds since 1970.
 */
export function checksInOrder(now: number, { audience }: TestIssuer): readonly Check[] {
  return [
    { name: "size", code: "token_too_large", ways: [claims({ padding: "x".repeat(9000) })] },
    {
      name: "form",
      code: "token_malformed",
      ways: [
        { spoilt: (token) => `${token}=` },
        { spoilt: (token) => token.replace(".", "..") },
        { spoilt: (token) => token.replace(".", "\u0141.") },
        { spoilt: (token) => `${token}.a` },
      ],
    },
    {
      name: "kind",
      code: "token_unsupported",
      ways: [
        header({ crit: ["exp"] }),
        header({ b64: false }),
        header({ typ: "logout+jwt" }),
        header({ zip: "DEF" }),
      ],
    },
    {
      name: "algorithm",
      code: "algorithm_rejected",
      ways: ["none", "HS384", "hs256", "__proto__"].map((alg) => header({ alg })),
    },
    { name: "key", code: "key_unknown", ways: [header({ kid: "a key of nobody's" })] },
    {
      name: "signature",
      code: "signature_invalid",
      ways: [
        { made: { wrongSecret: true } },
        { made: { tampered: true } },
        { made: { forgedPayload: true } },
      ],
    },
    {
      name: "claims' forms",
      code: "claims_invalid",
      ways: [
        { sub: 7 },
        { iss: undefined },
        { aud: [] },
        { exp: "1.5" },
        { nbf: "0" },
        { iat: undefined },
        { sid: "" },
        { jti: 1 },
      ].map(claims),
    },
    { name: "issuer", code: "issuer_rejected", ways: [claims({ iss: "https://another.example" })] },
    {
      name: "audience",
      code: "audience_rejected",
      ways: [claims({ aud: "https://another.example" }), claims({ aud: [`${audience}/`] })],
    },
    { name: "end", code: "token_expired", ways: [claims({ exp: now - 5 }), claims({ exp: 0 })] },
    {
      name: "start",
      code: "token_not_yet_valid",
      ways: [claims({ nbf: now + 6 }), claims({ iat: now + 6 })],
    },
    { name: "age", code: "token_expired", ways: [claims({ iat: now - maxTokenAge - 5 })] },
    { name: "schema", code: "claims_invalid", ways: [claims({ role: refusedRole })] },
    {
      name: "revocation",
      code: "token_revoked",
      ways: [claims({ jti: revoked.token }), claims({ sid: revoked.session }), claims({ sub: revoked.user })],
    },
  ];
}

/** A token with all of these faults. If two change the same claim, that of the earlier check wins. */
export function tokenWith(issuer: TestIssuer, ways: readonly Way[]): string {
  const made = ways.toReversed().map((way) => way.made ?? {});
  const token = issuer.tokenFor("alice", {
    ...Object.assign({}, ...made),
    claims: Object.assign({}, ...made.map((one) => one.claims)),
    header: Object.assign({}, ...made.map((one) => one.header)),
  });
  return ways.reduce((text, { spoilt }) => spoilt?.(text) ?? text, token);
}
