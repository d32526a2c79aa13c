import { createTestIssuer, type TestIssuer } from "@usher-auth/testing";
import type { Random } from "./random.ts";

export const audience = "https://api.example.com";
export const sessionIssuer = "https://app.example.com";
export const provider = "https://app.example.com/api/auth";
export const baseScope = "tasks:read";
export const clockTolerance = 5;
/** The longest time since `iat`, in seconds. */
export const maxTokenAge = 3600;

/** The issuers whose tokens are tried. The verifiers know the keys of all of them except the stranger. */
export interface Signers {
  /** Two keys of one algorithm, as during a rotation. */
  readonly rotated: TestIssuer;
  readonly other: TestIssuer;
  readonly stranger: TestIssuer;
  readonly keys: readonly object[];
  readonly kids: readonly string[];
}

export function createSigners(clock: () => number): Signers {
  const options = { issuer: sessionIssuer, audience, clock };
  const rotated = createTestIssuer({ ...options, algorithm: "EdDSA" });
  rotated.rotate();
  const other = createTestIssuer({ ...options, algorithm: "ES256" });
  const stranger = createTestIssuer({ ...options, algorithm: "EdDSA" });
  const keys = [...rotated.jwks().keys, ...other.jwks().keys];
  return { rotated, other, stranger, keys, kids: keys.map((key) => (key as { kid: string }).kid) };
}

/** Values that are unusual for every claim and every header parameter. */
const odd: readonly unknown[] = [
  undefined,
  null,
  "",
  " ",
  "x",
  "\u0000",
  0,
  -1,
  1.5,
  2 ** 53,
  "1767225600",
  true,
  false,
  [],
  {},
  [""],
  ["x"],
  [1],
  { jkt: "x" },
];

/** Values that are likely, right or nearly right, by claim. */
function likely(now: number): Readonly<Record<string, readonly unknown[]>> {
  const around = (instant: number) =>
    [-6, -5, -4.5, -4, -1, 0, 0.5, 1, 4, 5, 5.5, 6].map((by) => instant + by);
  const times = [...around(now), ...around(now - maxTokenAge), ...around(now + maxTokenAge)];
  return {
    iss: [provider, sessionIssuer, `${provider}/`, provider.toUpperCase(), [provider], "https://x.example"],
    sub: ["alice", "client-1", "test-client", "Alice", ["alice"]],
    aud: [
      audience,
      [audience],
      [audience, `${provider}/oauth2/userinfo`],
      ["https://x.example", audience],
      "https://x.example",
      `${audience}/`,
      audience.toUpperCase(),
      [audience, 1],
      [audience, ""],
      [[audience]],
      "test-client",
    ],
    exp: times,
    nbf: times,
    iat: times,
    jti: ["j", "j".repeat(300), ["j"]],
    client_id: ["client-1", "test-client", "alice", ["test-client"]],
    azp: ["client-1", "test-client", ["test-client"]],
    scope: [
      baseScope,
      `openid ${baseScope}`,
      `${baseScope} openid offline_access`,
      `${baseScope}  openid`,
      ` ${baseScope}`,
      `${baseScope}\t`,
      `${baseScope} "openid"`,
      `${baseScope} \u00e4`,
      "tasks:read-only",
      "TASKS:READ",
      "openid",
      [baseScope],
      [baseScope, "openid"],
    ],
    sid: ["s", ["s"]],
    cnf: [{ jkt: "x" }, { "x5t#S256": "x" }, { jkt: "" }, { jkt: 1 }, { jwk: {} }],
    at_hash: ["x"],
    act: [{ sub: "admin" }, "admin"],
    nonce: ["n"],
    auth_time: times,
    scp: [[baseScope]],
  };
}

const headers: Readonly<Record<string, readonly unknown[]>> = {
  typ: [
    "at+jwt",
    "AT+JWT",
    "application/at+jwt",
    "APPLICATION/AT+JWT",
    "application/application/at+jwt",
    "text/at+jwt",
    "at+jwt ",
    "JWT",
    "jwt",
    "application/jwt",
    "logout+jwt",
    "better-auth.session-cache+jwt",
  ],
  alg: ["EdDSA", "Ed25519", "eddsa", "ES256", "ES384", "RS256", "HS256", "none"],
  crit: [["exp"], [], ["b64"]],
  b64: [true, false],
  zip: ["DEF"],
  enc: ["A128GCM"],
  jwk: [{ kty: "OKP" }],
  jku: ["https://x.example/jwks"],
  cty: ["JWT"],
};

/** One access token, valid in about a fifth of all cases. The same numbers give the same token with other ids. */
export function hostileAccessToken(signers: Signers, random: Random, now: number): string {
  const claims: Record<string, unknown> = {};
  const header: Record<string, unknown> = {};
  const likelyClaims = likely(now);
  for (let left = random.integer(4); left > 0; left--) {
    const isClaim = random.integer(4) > 0;
    const [table, into] = isClaim ? ([likelyClaims, claims] as const) : ([headers, header] as const);
    const name = random.pick(Object.keys(table));
    const values = table[name] as readonly unknown[];
    into[name] = random.integer(3) > 0 ? random.pick(values) : random.pick(odd);
  }
  if (random.integer(12) === 0) header.kid = random.pick([undefined, "unknown", ...signers.kids, 1, null]);
  // Some whole sets of claims and headers that exist: a session token, an ID token, a client's own token.
  const kinds: readonly (() => void)[] = [
    () => void Object.assign(claims, { iss: sessionIssuer, client_id: undefined, azp: undefined }),
    () => void Object.assign(claims, { aud: "test-client", at_hash: "x", client_id: undefined }),
    () => void Object.assign(claims, { sub: "test-client", sid: undefined }),
    () => void Object.assign(claims, { scope: random.pick(likelyClaims.scope as readonly unknown[]) }),
  ];
  const kind = random.integer(24);
  kinds[kind]?.();
  if (kind < 2) header.typ = random.pick([undefined, "JWT"]);
  const signer = random.pick([
    signers.rotated,
    signers.rotated,
    signers.other,
    signers.other,
    signers.stranger,
  ]);
  const grant = { scope: `${baseScope} openid`, expiresIn: 300, claims, header };
  const fault = random.integer(40);
  return signer.accessTokenFor("alice", {
    ...grant,
    ...(fault === 0 && { tampered: true }),
    ...(fault === 1 && { forgedPayload: true }),
    ...(fault === 2 && { unsigned: true }),
  });
}
