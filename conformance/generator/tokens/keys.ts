import { type PairName, secrets } from "../keys.ts";
import type { SettingsName } from "../settings.ts";
import { type TokenParts, tokenOf } from "../token.ts";
import type { TokenCase } from "./case.ts";

type Verdict = TokenCase["expect"];

const eddsa = (pair: PairName, kid?: string, more: TokenParts = {}) =>
  tokenOf({ alg: "EdDSA", key: { pair }, header: { kid }, ...more });
const unusable = "unusable keys beside one that is usable";
const eu = "https://eu.example.com";

/** Which key is chosen, with which settings. */
const choices: readonly (readonly [name: string, SettingsName, token: string, Verdict])[] = [
  ["no kid, and one key fits", "EdDSA", eddsa("ed25519-1"), "accepted"],
  ["no kid, and one of two algorithms fits", "EdDSA and ES256", eddsa("ed25519-1"), "accepted"],
  ["no kid, and two keys fit", "two EdDSA keys", eddsa("ed25519-1"), "key_unknown"],
  ["the kid of the first of two keys", "two EdDSA keys", eddsa("ed25519-1", "ed25519-1"), "accepted"],
  ["the kid of the second of two keys", "two EdDSA keys", eddsa("ed25519-2", "ed25519-2"), "accepted"],
  ["the kid of another key", "two EdDSA keys", eddsa("ed25519-1", "ed25519-2"), "signature_invalid"],
  ["an unknown kid", "EdDSA", eddsa("ed25519-1", "unknown"), "key_unknown"],
  ["an unknown key and its kid", "EdDSA", eddsa("ed25519-unknown", "ed25519-unknown"), "key_unknown"],
  ["an unknown key without kid", "EdDSA", eddsa("ed25519-unknown"), "signature_invalid"],
  ["an empty kid", "EdDSA", eddsa("ed25519-1", ""), "key_unknown"],
  ["a kid in another case", "EdDSA", eddsa("ed25519-1", "ED25519-1"), "key_unknown"],
  ["a kid with a space", "EdDSA", eddsa("ed25519-1", "ed25519-1 "), "key_unknown"],
  ["a kid that is a path", "EdDSA", eddsa("ed25519-1", "../../etc/passwd"), "key_unknown"],
  ["the kid __proto__", "EdDSA", eddsa("ed25519-1", "__proto__"), "key_unknown"],
  ["any kid with a key that has none", "EdDSA without kid", eddsa("ed25519-1", "unknown"), "accepted"],
  [
    "the first of two keys with one kid",
    "two EdDSA keys of one kid",
    eddsa("ed25519-1", "ed25519-1"),
    "accepted",
  ],
  [
    "the second of two keys with one kid",
    "two EdDSA keys of one kid",
    eddsa("ed25519-2", "ed25519-1"),
    "accepted",
  ],
  ["the kid of a key of another algorithm", "EdDSA and ES256", eddsa("ed25519-1", "p256-1"), "key_unknown"],
  ["a usable key beside unusable ones", unusable, eddsa("ed25519-1", "ed25519-1"), "accepted"],
  ["a key for encryption", unusable, eddsa("ed25519-2", "for encryption"), "key_unknown"],
  ["a key with another use", unusable, eddsa("ed25519-2", "other use"), "key_unknown"],
  ["a key whose key_ops lack verify", unusable, eddsa("ed25519-2", "key_ops without verify"), "key_unknown"],
  [
    "a key whose alg does not fit its curve",
    unusable,
    eddsa("ed25519-2", "alg of another curve"),
    "key_unknown",
  ],
  ["a key that is published with its private part", unusable, eddsa("ed25519-2", "private"), "key_unknown"],
  [
    "an RSA key of 1024 bits",
    unusable,
    tokenOf({ alg: "RS256", key: { pair: "rsa-short" }, header: { kid: "1024 bits" } }),
    "key_unknown",
  ],
  [
    "an RSA key without alg",
    "RSA without alg",
    tokenOf({ alg: "RS256", key: { pair: "rsa-1" }, header: { kid: "rsa-1" } }),
    "key_unknown",
  ],
  [
    "an RSA key without alg, and rsaAlgorithm",
    "RSA without alg, rsaAlgorithm RS256",
    tokenOf({ alg: "RS256", key: { pair: "rsa-1" }, header: { kid: "rsa-1" } }),
    "accepted",
  ],
  [
    "an RSA key without alg, and another rsaAlgorithm",
    "RSA without alg, rsaAlgorithm RS256",
    tokenOf({ alg: "PS256", key: { pair: "rsa-1" }, header: { kid: "rsa-1" } }),
    "key_unknown",
  ],
  ["the current version of a secret", "secret versions", tokenOf(), "accepted"],
  [
    "the previous version of a secret",
    "secret versions",
    tokenOf({ key: { secret: secrets.previous } }),
    "accepted",
  ],
  [
    "a version of a secret that is not listed",
    "secret versions",
    tokenOf({ key: { secret: secrets.other } }),
    "signature_invalid",
  ],
  [
    "a secret is used with its spaces",
    "secret with spaces",
    tokenOf({ key: { secret: ` ${secrets.current} ` } }),
    "accepted",
  ],
  ["a secret is not trimmed", "secret with spaces", tokenOf(), "signature_invalid"],
  [
    "a secret is used as UTF-8",
    "secret that is not ASCII",
    tokenOf({ key: { secret: `${secrets.single} \u00fc\u{1f511}` } }),
    "accepted",
  ],
  [
    "a secret is not decoded from base64",
    "secret",
    tokenOf({ key: { secret: Buffer.from(secrets.current, "base64url") } }),
    "signature_invalid",
  ],
  ["a shared secret beside a key set", "secret and EdDSA", tokenOf(), "accepted"],
  ["a key set beside a shared secret", "secret and EdDSA", eddsa("ed25519-1", "ed25519-1"), "accepted"],
  ["a key for its own issuer", "each key for its own issuer", eddsa("ed25519-1", "ed25519-1"), "accepted"],
  [
    "another key for its own issuer",
    "each key for its own issuer",
    eddsa("ed25519-2", "ed25519-2", { claims: { iss: eu } }),
    "accepted",
  ],
  [
    "a key for another issuer that is accepted too",
    "each key for its own issuer",
    eddsa("ed25519-1", "ed25519-1", { claims: { iss: eu } }),
    "issuer_rejected",
  ],
];

export const keyCases: readonly TokenCase[] = choices.map(([name, settings, token, expect]) => ({
  name,
  settings,
  token,
  expect,
}));
