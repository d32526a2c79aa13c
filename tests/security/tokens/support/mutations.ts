import type { TestIssuer, TokenFaults } from "@usher-auth/testing";
import type { Random } from "./random.ts";

/** JSON values that are unusual for a claim or a header parameter. */
function oddValues(now: number): readonly unknown[] {
  return [
    undefined,
    null,
    "",
    " ",
    "alice",
    "\u0000",
    0,
    -1,
    1.5,
    now,
    now + 5,
    now + 6,
    now - 5,
    now - 4,
    now - 5.5,
    now + 0.5,
    now + 300,
    2 ** 53,
    "1767225600",
    true,
    false,
    [],
    {},
    [""],
    ["alice"],
    [1],
    { __proto__: null, toString: 1 },
    "https://app.example.com",
    "https://app.example.com/",
    "https://api.example.com",
    ["https://api.example.com"],
    ["https://other.example", "https://api.example.com"],
    ["https://api.example.com", 7],
    ["https://api.example.com", ""],
    "HTTPS://API.EXAMPLE.COM",
    "JWT",
    "jwt",
    "application/jwt",
    "at+jwt",
    "logout+jwt",
    "better-auth.session-cache+jwt",
    "none",
    "HS256",
    "hs256",
    "HS512",
    "RS256",
    "EdDSA",
  ];
}

const claimNames = [
  "sub",
  "iss",
  "aud",
  "exp",
  "nbf",
  "iat",
  "jti",
  "sid",
  "scope",
  "nonce",
  "events",
  "email",
];
const headerNames = [
  "alg",
  "typ",
  "kid",
  "crit",
  "b64",
  "zip",
  "enc",
  "jku",
  "jwk",
  "x5u",
  "x5c",
  "cty",
  "url",
];
const characters = [
  ..."ABCXYZabcxyz0189-_.=+/~ \t\n\r\0%,;\"'",
  "é",
  "\u0141",
  "\ufffd",
  "\u{1f600}",
  "\u2028",
];

/**
 * A token with up to three faults, added before and after signing; sometimes without any. All choices come
 * from `random`, so the same seed gives the same tokens.
 */
export function hostileToken(issuer: TestIssuer, random: Random, now: number): string {
  const faults: { -readonly [Name in keyof TokenFaults]: TokenFaults[Name] } = {};
  const claims: Record<string, unknown> = {};
  const header: Record<string, unknown> = {};
  for (let changes = random.integer(3); changes > 0; changes--) {
    const change = random.integer(10);
    if (change < 5) claims[random.pick(claimNames)] = random.pick(oddValues(now));
    else if (change < 8) header[random.pick(headerNames)] = random.pick(oddValues(now));
    else Object.assign(faults, random.pick(signingFaults));
  }
  const token = issuer.tokenFor("alice", { ...faults, claims, header });
  return random.integer(3) === 0 ? spoilText(token, random) : token;
}

const signingFaults: readonly TokenFaults[] = [
  { wrongSecret: true },
  { tampered: true },
  { forgedPayload: true },
  { unsigned: true },
  { expired: true },
  { notYetValid: true },
  { issuedInFuture: true },
  { expiresIn: -5 },
  { expiresIn: -4 },
  { expiresIn: 0 },
];

/** Changes a signed token's text: a character, a segment, or the padding. */
function spoilText(token: string, random: Random): string {
  const at = random.integer(token.length + 1);
  const character = random.pick(characters);
  const segments = token.split(".");
  switch (random.integer(9)) {
    case 0:
      return token.slice(0, at) + character + token.slice(at);
    case 1:
      return token.slice(0, at) + character + token.slice(at + 1);
    case 2:
      return token.slice(0, at) + token.slice(at + 1);
    case 3:
      return `${token}${character}`;
    case 4:
      return segments.slice(0, 2).join(".");
    case 5:
      return [...segments, segments[2]].join(".");
    case 6:
      return token.toUpperCase();
    case 7:
      return [segments[1], segments[0], segments[2]].join(".");
    default:
      return segments.map((segment) => segment.padEnd(Math.ceil(segment.length / 4) * 4, "=")).join(".");
  }
}
