import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** The settings of the API, as the fields of the playground have them. */
export interface ApiSettings {
  readonly keys: "secret" | "jwks";
  readonly secret: string;
  readonly jwks: string;
  readonly issuer: string;
  readonly audience: string;
  readonly clockTolerance: number;
  readonly userId: string;
}

export interface TokenCase {
  readonly name: string;
  readonly token: string;
  readonly settings: ApiSettings;
}

const secret = "kX9sUu2wQ0bYh7LzR4tVn8PmE1cJd6GaF3iOqTyW5rA";
const issuer = "https://app.example.com";
const audience = "https://api.example.com";
const shared: ApiSettings = {
  keys: "secret",
  secret,
  jwks: "",
  issuer,
  audience,
  clockTolerance: 5,
  userId: "ada",
};

const now = Math.floor(Date.now() / 1000);
// Later than the end of any run of the tests.
const usual = { sub: "ada", iss: issuer, aud: audience, iat: now - 10, exp: now + 86_400 };

const encode = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

function hs(claims: unknown, header: object = {}, key = secret, hash = "sha256"): string {
  const input = `${encode({ alg: "HS256", typ: "JWT", ...header })}.${encode(claims)}`;
  return `${input}.${createHmac(hash, key).update(input).digest("base64url")}`;
}

const pairs = {
  EdDSA: generateKeyPairSync("ed25519"),
  ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  ES384: generateKeyPairSync("ec", { namedCurve: "P-384" }),
  ES512: generateKeyPairSync("ec", { namedCurve: "P-521" }),
  RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
  PS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
} as const;
type PairAlgorithm = keyof typeof pairs;

function signed(algorithm: PairAlgorithm, claims: unknown, header: object = { kid: algorithm }): string {
  const input = `${encode({ alg: algorithm, typ: "JWT", ...header })}.${encode(claims)}`;
  const signature = signatureOf(algorithm, Buffer.from(input), pairs[algorithm].privateKey);
  return `${input}.${signature.toString("base64url")}`;
}

function signatureOf(algorithm: PairAlgorithm, input: Buffer, key: KeyObject): Buffer {
  if (algorithm === "EdDSA") return sign(null, input, key);
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith("ES")) return sign(hash, input, { key, dsaEncoding: "ieee-p1363" });
  if (algorithm === "RS256") return sign(hash, input, key);
  return sign(hash, input, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  });
}

const published = Object.entries(pairs).map(([alg, { publicKey }]) => ({
  ...publicKey.export({ format: "jwk" }),
  alg,
  kid: alg,
  use: "sig",
}));
const byPair: ApiSettings = {
  ...shared,
  keys: "jwks",
  secret: "",
  jwks: JSON.stringify({ keys: published }),
};

const valid = hs(usual);
const [head = "", claims = "", signature = ""] = valid.split(".");

const bySecret: readonly (readonly [string, string, Partial<ApiSettings>?])[] = [
  ["a valid token", valid],
  ["the whole header", `Authorization: Bearer ${valid}`],
  ["another user's path", valid, { userId: "bob" }],
  ["a path with other characters", hs({ ...usual, sub: "a/ö b" }), { userId: "a/ö b" }],
  ["expired", hs({ ...usual, exp: now - 3600 })],
  ["expired within the tolerance", hs({ ...usual, exp: now - 100 }), { clockTolerance: 300 }],
  ["not yet valid", hs({ ...usual, nbf: now + 7200 })],
  ["issued in the future", hs({ ...usual, iat: now + 7200 })],
  ["another issuer", hs({ ...usual, iss: "https://other.example.com" })],
  ["another audience", hs({ ...usual, aud: ["https://other.example.com"] })],
  ["one audience of several", hs({ ...usual, aud: ["https://other.example.com", audience] })],
  ["another secret", hs(usual, {}, "an-other-secret-that-is-long-enough-0123456789")],
  ["changed claims", `${head}.${encode({ ...usual, sub: "admin" })}.${signature}`],
  ["alg none", `${encode({ alg: "none" })}.${claims}.`],
  ["alg none with a signature", `${encode({ alg: "none" })}.${claims}.${signature}`],
  ["HS512", hs(usual, { alg: "HS512" }, secret, "sha512")],
  ["no subject", hs({ ...usual, sub: undefined })],
  ["an empty subject", hs({ ...usual, sub: "" })],
  ["a number as subject", hs({ ...usual, sub: 7 })],
  ["no expiry", hs({ ...usual, exp: undefined })],
  ["text as expiry", hs({ ...usual, exp: String(now + 60) })],
  ["claims that are not JSON", hs("not json")],
  ["claims that are a list", hs([usual])],
  ["claims after a byte order mark", hs(`\uFEFF${JSON.stringify(usual)}`)],
  ["a crit header", hs(usual, { crit: ["exp"] })],
  ["another typ", hs(usual, { typ: "logout+jwt" })],
  ["an access token", hs(usual, { typ: "at+jwt" })],
  ["padding", `${valid}=`],
  [
    "a spare bit in the signature",
    `${head}.${claims}.${signature.slice(0, -1)}${signature.endsWith("A") ? "B" : "9"}`,
  ],
  ["a session token", "9rT2wKq7VbN4xLmP0sYd8HfJ3gZc6AeU"],
  ["a JWE", `${head}.a.b.c.d`],
  ["the word undefined", "undefined"],
  ["doubled Bearer", `Bearer Bearer ${valid}`],
  ["quotes", `"${valid}"`],
  ["too large", hs({ ...usual, note: "x".repeat(9000) })],
  ["a public key's algorithm", signed("ES256", usual)],
];

const byKeyPair: readonly (readonly [string, string, Partial<ApiSettings>?])[] = [
  ...(Object.keys(pairs) as PairAlgorithm[]).flatMap((algorithm) => {
    const token = signed(algorithm, usual);
    const [first, , last] = token.split(".");
    return [
      [`${algorithm}`, token],
      [`${algorithm}, changed`, `${first}.${encode({ ...usual, sub: "admin" })}.${last}`],
    ] as const;
  }),
  ["an unknown kid", signed("ES256", usual, { kid: "gone" })],
  ["no kid", signed("ES384", usual, {})],
  ["a short ECDSA signature", `${signed("ES256", usual).slice(0, -4)}`],
  ["HS256 with a public key's id", hs(usual, { kid: "ES256" })],
];

export const tokenTable: readonly TokenCase[] = [
  ...bySecret.map(([name, token, changes]) => ({ name, token, settings: { ...shared, ...changes } })),
  ...byKeyPair.map(([name, token, changes]) => ({ name, token, settings: { ...byPair, ...changes } })),
];

/** Settings that the guard does not accept. */
export const wrongSettings: readonly TokenCase[] = [
  { name: "a short secret", token: valid, settings: { ...shared, secret: "short" } },
  { name: "a JWKS as secret", token: valid, settings: { ...shared, secret: byPair.jwks } },
  { name: "no issuer", token: valid, settings: { ...shared, issuer: "" } },
  { name: "no JWKS", token: valid, settings: { ...byPair, jwks: "" } },
  {
    name: "a JWKS with a private key",
    token: valid,
    settings: { ...byPair, jwks: JSON.stringify({ keys: [{ ...published[1], d: "AA" }] }) },
  },
  {
    name: "a point that is not on the curve",
    token: valid,
    settings: { ...byPair, jwks: JSON.stringify({ keys: [{ ...published[1], x: published[1]?.y }] }) },
  },
];
