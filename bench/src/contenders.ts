import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { createVerifier, localJwks, sharedSecret, type VerifierOptions } from "@usher-auth/verify";
import { createVerifier as createFastJwt } from "fast-jwt";
import { verify as honoVerify } from "hono/jwt";
import { importJWK, type JWK, jwtVerify } from "jose";
import jsonwebtoken from "jsonwebtoken";
import type { Contender } from "./rounds.ts";
import type { TokenSet } from "./tokens.ts";

/** Every library that verifies this kind of token, with the same checks: signature, exp, iss and aud. */
export async function verifiersOf(set: TokenSet): Promise<Contender[]> {
  const { issuer, audience } = set.issuer;
  const { tokens } = set;
  const token = (index: number) => tokens[index % tokens.length] as string;
  const pem = publicPem(set);
  const key = pem ?? set.issuer.secret;

  const usher = createVerifier({ ...usherOptions(set), cache: false });
  const fastJwt = createFastJwt({
    key,
    algorithms: [set.algorithm],
    allowedIss: issuer,
    allowedAud: audience,
  });
  const joseKey = await importForJose(set);
  const contenders: Contender[] = [
    { name: "usher", run: (index) => usher.verifySync(token(index)) },
    { name: "fast-jwt", run: (index) => fastJwt(token(index)) },
    { name: "jose", run: (index) => jwtVerify(token(index), joseKey, { issuer, audience }), isAsync: true },
    {
      name: "hono/jwt",
      run: (index) =>
        honoVerify(token(index), honoKey(set), { alg: set.algorithm as "HS256", iss: issuer, aud: audience }),
      isAsync: true,
    },
  ];
  // jsonwebtoken does not support EdDSA.
  if (set.algorithm !== "EdDSA") {
    const options = { algorithms: [set.algorithm as "HS256"], issuer, audience };
    contenders.push({
      name: "jsonwebtoken",
      run: (index) => jsonwebtoken.verify(token(index), key, options),
    });
  }
  return contenders;
}

/**
 * The two libraries that have a cache, with the same thousand tokens over and over. Each call gets a new
 * string, cut out of a header as a server does it: the same string would be recognised by its address.
 */
export function cachedVerifiersOf(set: TokenSet): Contender[] {
  const fields = set.tokens.map((token) => `Bearer ${token}`);
  const token = (index: number) => (fields[index % 1000] as string).slice("Bearer ".length);
  const usher = createVerifier(usherOptions(set));
  const fastJwt = createFastJwt({
    key: publicPem(set) ?? set.issuer.secret,
    algorithms: [set.algorithm],
    allowedIss: set.issuer.issuer,
    allowedAud: set.issuer.audience,
    cache: true,
  });
  const contenders = [
    { name: "usher", run: (index: number) => usher.verifySync(token(index)) },
    { name: "fast-jwt", run: (index: number) => fastJwt(token(index)) },
  ];
  // A round may be too short to use every token once.
  for (const { run } of contenders) for (let index = 0; index < 1000; index++) run(index);
  return contenders;
}

export function usherOptions({ issuer, algorithm }: TokenSet): VerifierOptions {
  const keys = algorithm.startsWith("HS") ? sharedSecret(issuer.secret) : localJwks(issuer.jwks());
  return { keys, issuer: issuer.issuer, audience: issuer.audience };
}

/** The public key of the set; undefined for a shared secret. */
export function publicKeyOf({ issuer }: TokenSet): KeyObject | undefined {
  const [jwk] = issuer.jwks().keys;
  return jwk === undefined ? undefined : createPublicKey({ key: jwk as JsonWebKey, format: "jwk" });
}

function publicPem(set: TokenSet): string | undefined {
  return publicKeyOf(set)?.export({ type: "spki", format: "pem" }).toString();
}

async function importForJose(set: TokenSet) {
  const [jwk] = set.issuer.jwks().keys;
  return jwk === undefined
    ? new TextEncoder().encode(set.issuer.secret)
    : importJWK(jwk as JWK, set.algorithm);
}

function honoKey({ issuer }: TokenSet) {
  const [jwk] = issuer.jwks().keys;
  return jwk === undefined ? issuer.secret : (jwk as JsonWebKey & { kty: string });
}
