import type { Settings } from "../run/settings.ts";
import { publicJwk, publicPem, secrets } from "./keys.ts";
import { audience, issuer } from "./token.ts";

const usual = { issuer, audience } as const;
const secret = { secret: secrets.current } as const;
const ed25519 = publicJwk("ed25519-1", { kid: "ed25519-1", alg: "EdDSA" });
const p256 = publicJwk("p256-1", { kid: "p256-1", alg: "ES256" });

/** Names a setting with one JWKS. */
function jwks(...keys: object[]): Settings {
  return { ...usual, keys: [{ jwks: { keys } }] };
}

/** The settings of the verifiers that judge the tokens, by name. */
export const namedSettings = {
  secret: { ...usual, keys: [secret] },
  "secret, HS384": { ...usual, keys: [{ ...secret, algorithm: "HS384" }] },
  "secret, HS512": { ...usual, keys: [{ ...secret, algorithm: "HS512" }] },
  "secret versions": {
    ...usual,
    keys: [
      {
        secret: [
          { version: 2, value: secrets.current },
          { version: 1, value: secrets.previous },
        ],
      },
    ],
  },
  "secret with spaces": { ...usual, keys: [{ secret: ` ${secrets.current} ` }] },
  "secret that is not ASCII": { ...usual, keys: [{ secret: `${secrets.single} \u00fc\u{1f511}` }] },
  "no tolerance": { ...usual, keys: [secret], clockTolerance: 0 },
  "a minute of tolerance": { ...usual, keys: [secret], clockTolerance: 60 },
  "maxTokenAge 600": { ...usual, keys: [secret], maxTokenAge: 600 },
  "maxTokenLength 512": { ...usual, keys: [secret], maxTokenLength: 512 },
  "typ api+jwt": { ...usual, keys: [secret], typ: "api+jwt" },
  "typ application/api+JWT": { ...usual, keys: [secret], typ: "application/api+JWT" },
  "several audiences": { ...usual, keys: [secret], audience: [audience, "https://other-api.example.com"] },
  "any audience": { ...usual, keys: [secret], audience: null },
  "several issuers": { ...usual, keys: [secret], issuer: [issuer, "https://eu.example.com"] },
  EdDSA: jwks(ed25519),
  "EdDSA without kid": jwks(publicJwk("ed25519-1", { alg: "EdDSA" })),
  "EdDSA named Ed25519": jwks(publicJwk("ed25519-1", { kid: "ed25519-1", alg: "Ed25519" })),
  ES256: jwks(p256),
  "ES256 without alg": jwks(publicJwk("p256-1", { kid: "p256-1" })),
  ES384: jwks(publicJwk("p384-1", { kid: "p384-1", alg: "ES384" })),
  ES512: jwks(publicJwk("p521-1", { kid: "p521-1", alg: "ES512" })),
  RS256: jwks(publicJwk("rsa-1", { kid: "rsa-1", alg: "RS256" })),
  RS384: jwks(publicJwk("rsa-1", { kid: "rsa-1", alg: "RS384" })),
  RS512: jwks(publicJwk("rsa-1", { kid: "rsa-1", alg: "RS512" })),
  PS256: jwks(publicJwk("rsa-1", { kid: "rsa-1", alg: "PS256" })),
  PS384: jwks(publicJwk("rsa-1", { kid: "rsa-1", alg: "PS384" })),
  PS512: jwks(publicJwk("rsa-1", { kid: "rsa-1", alg: "PS512" })),
  "RSA without alg": jwks(publicJwk("rsa-1", { kid: "rsa-1" }), ed25519),
  "RSA without alg, rsaAlgorithm RS256": {
    ...usual,
    keys: [{ jwks: { keys: [publicJwk("rsa-1", { kid: "rsa-1" })] }, rsaAlgorithm: "RS256" }],
  },
  "two EdDSA keys": jwks(ed25519, publicJwk("ed25519-2", { kid: "ed25519-2", alg: "EdDSA" })),
  "two EdDSA keys of one kid": jwks(ed25519, publicJwk("ed25519-2", { kid: "ed25519-1", alg: "EdDSA" })),
  "EdDSA and ES256": jwks(ed25519, p256),
  "secret and EdDSA": { ...usual, keys: [{ jwks: { keys: [ed25519] } }, secret] },
  "unusable keys beside one that is usable": jwks(
    publicJwk("ed25519-2", { kid: "for encryption", use: "enc" }),
    publicJwk("ed25519-2", { kid: "other use", use: "other" }),
    publicJwk("ed25519-2", { kid: "key_ops without verify", key_ops: ["sign"] }),
    publicJwk("ed25519-2", { kid: "alg of another curve", alg: "ES256" }),
    publicJwk("p256-2", { kid: "alg of another family", alg: "RS256" }),
    publicJwk("ed25519-2", { kid: "private", d: "AAAA" }),
    publicJwk("rsa-short", { kid: "1024 bits", alg: "RS256" }),
    { kty: "oct", kid: "symmetric", alg: "HS256", k: Buffer.from(secrets.other).toString("base64url") },
    { kty: "EC", kid: "unknown curve", crv: "secp256k1", x: "AAAA", y: "AAAA" },
    publicJwk("ed25519-2", { kid: 5 }),
    ed25519,
  ),
  "each key for its own issuer": {
    audience,
    issuer: [issuer, "https://eu.example.com"],
    keys: [
      { jwks: { keys: [ed25519] }, issuer },
      {
        jwks: { keys: [publicJwk("ed25519-2", { kid: "ed25519-2", alg: "EdDSA" })] },
        issuer: "https://eu.example.com",
      },
    ],
  },
} satisfies Readonly<Record<string, Settings>>;

export type SettingsName = keyof typeof namedSettings;

/** The PEM text of the RSA key, which a careless verifier takes for an HMAC secret. */
export const rsaPem = publicPem("rsa-1");
