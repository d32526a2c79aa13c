import { baseScope, clockTolerance, maxTokenAge, sessionIssuer } from "./access-tokens.ts";
import { type Decoded, type StricterRule, stricterRules } from "./stricter-rules.ts";

/** What a verifier makes of a token: accepted, refused (401), or valid without a needed scope (403). */
export type Outcome = "accepted" | "refused" | "scope";

/** Why Usher and Better Auth differ on an access token. */
export interface AccessDifference {
  readonly name: string;
  /** What Better Auth makes of it, and the codes that Usher may give. */
  readonly betterAuth: readonly Outcome[];
  readonly usher: readonly string[];
  readonly applies: (token: Decoded) => boolean;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
const scopeTokens = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/;

/** Rules that also explain differences from jose, which Better Auth uses. */
const alsoHere: ReadonlySet<string> = new Set([
  "no header parameter that changes what the rest means",
  "sub, sid and jti are non-empty strings",
  "aud is a string, or a list of non-empty strings",
]);

/** Usher is stricter. Better Auth accepts the token, or misses a scope only. */
function stricter(rule: StricterRule): AccessDifference {
  return { name: rule.name, applies: rule.applies, usher: rule.codes, betterAuth: ["accepted", "scope"] };
}

/**
 * Every difference from `verifyAccessTokenRequest` with its strictest options, and the reason.
 *
 * @param now Seconds since 1970.
 */
export function accessDifferences(now: number): readonly AccessDifference[] {
  return [
    ...stricterRules(now, clockTolerance)
      .filter(({ name }) => alsoHere.has(name))
      .map(stricter),
    ...[
      {
        name: "client_id is a non-empty string (RFC 9068 section 2.2); there, it only has to be present",
        applies: ({ claims }: Decoded) => !isText(claims.client_id),
        codes: ["claims_invalid"],
      },
      {
        name: "azp is the client_id, so that a token names one client; there, azp replaces client_id",
        applies: ({ claims }: Decoded) => "azp" in claims && claims.azp !== claims.client_id,
        codes: ["claims_invalid"],
      },
      {
        name: "any cnf binds a token to its sender (RFC 7800); there, only a DPoP key does, not mTLS",
        applies: ({ claims }: Decoded) => "cnf" in claims,
        codes: ["token_unsupported"],
      },
      {
        name: "at_hash makes it an ID token (OpenID Connect Core section 3.1.3.6)",
        applies: ({ claims }: Decoded) => "at_hash" in claims,
        codes: ["token_unsupported"],
      },
      {
        name: "at maxTokenAge a token is too old, not after it; there, it is accepted for one more second",
        applies: ({ claims }: Decoded) => claims.iat === now - maxTokenAge - clockTolerance,
        codes: ["token_expired"],
      },
    ].map(stricter),
    {
      name: "a session token is accepted by its own rules, without a client and scopes",
      applies: ({ header, claims }) =>
        claims.iss === sessionIssuer &&
        (header.typ === undefined || /^(?:application\/)?jwt$/i.test(String(header.typ))),
      betterAuth: ["refused"],
      usher: ["accepted"],
    },
    {
      name: "EdDSA and Ed25519 are one algorithm (RFC 9864 section 2.2); there, the key set must name it too",
      applies: ({ header }) => header.alg === "Ed25519",
      betterAuth: ["refused"],
      usher: ["accepted", "scope_insufficient"],
    },
    {
      name: "the scopes beside the needed ones may have any spelling; there, they must be scope tokens",
      applies: ({ claims }) =>
        typeof claims.scope === "string" &&
        !scopeTokens.test(claims.scope) &&
        claims.scope.split(" ").includes(baseScope),
      betterAuth: ["refused"],
      usher: ["accepted"],
    },
    {
      name: "a scope with any spelling that lacks a needed one is a 403 that names it; there, a 401",
      applies: ({ claims }) =>
        typeof claims.scope === "string" &&
        !scopeTokens.test(claims.scope) &&
        !claims.scope.split(" ").includes(baseScope),
      betterAuth: ["refused"],
      usher: ["scope_insufficient"],
    },
  ];
}
