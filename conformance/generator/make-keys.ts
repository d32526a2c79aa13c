/**
 * Writes keys.json: new test keys. Run it only to replace the committed keys, because every signed token in
 * the vectors then changes: node conformance/generator/make-keys.ts
 */
import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";

const secret = (bytes: number) => randomBytes(bytes).toString("base64url");
const jwk = ({ privateKey }: { privateKey: KeyObject }) => privateKey.export({ format: "jwk" });
const ec = (namedCurve: string) => jwk(generateKeyPairSync("ec", { namedCurve }));
const rsa = (modulusLength: number) => jwk(generateKeyPairSync("rsa", { modulusLength }));

const keys = {
  secrets: { current: secret(64), previous: secret(64), other: secret(64), single: secret(48) },
  pairs: {
    "ed25519-1": jwk(generateKeyPairSync("ed25519")),
    "ed25519-2": jwk(generateKeyPairSync("ed25519")),
    "ed25519-unknown": jwk(generateKeyPairSync("ed25519")),
    "p256-1": ec("P-256"),
    "p256-2": ec("P-256"),
    "p384-1": ec("P-384"),
    "p521-1": ec("P-521"),
    "rsa-1": rsa(2048),
    "rsa-2": rsa(2048),
    "rsa-short": rsa(1024),
  },
};
writeFileSync(new URL("../keys.json", import.meta.url), `${JSON.stringify(keys, null, 2)}\n`);
