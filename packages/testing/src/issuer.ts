import { randomBytes, randomUUID } from "node:crypto";
import {
  jsonSegment,
  type KeyPairSigningAlgorithm,
  keyPairSigner,
  type Signer,
  type SigningAlgorithm,
  secretSigner,
} from "./signing.ts";

/** A user that tokens are made for: an id, or an id with what else the token shall say of them. */
export type TestUser = string | { readonly id: string; readonly email?: string; readonly name?: string };

/** What {@link createTestIssuer} may be told. */
export interface TestIssuerOptions {
  /** The shared secret. Default: a random one for each issuer. Its strength is not checked. */
  readonly secret?: string;
  /** The `iss` of tokens. Default `https://app.example.com`. */
  readonly issuer?: string;
  /** The `aud` of tokens. Default `https://api.example.com`. */
  readonly audience?: string;
  /** Default `HS256`, with the secret. Any other kind makes a key pair, whose public half `jwks()` has. */
  readonly algorithm?: SigningAlgorithm;
  /** The time in milliseconds since 1970. Default: the system's clock. */
  readonly clock?: () => number;
}

/** The ways in which a token can be made wrong (or merely different). Several may be given at once. */
export interface TokenFaults {
  /** Ended an hour ago. */
  readonly expired?: boolean;
  /** `nbf` an hour ahead. */
  readonly notYetValid?: boolean;
  /** `iat` an hour ahead. */
  readonly issuedInFuture?: boolean;
  /** From an issuer that nobody knows. */
  readonly wrongIssuer?: boolean;
  /** For another API. */
  readonly wrongAudience?: boolean;
  /** Signed with another secret, or another key pair. */
  readonly wrongSecret?: boolean;
  /** One character of the signature changed after signing. */
  readonly tampered?: boolean;
  /** One claim changed after signing. */
  readonly forgedPayload?: boolean;
  /** `alg: "none"` and an empty signature (RFC 7519 section 6). */
  readonly unsigned?: boolean;
  /** The life of the token in seconds; may be negative. Default 300. */
  readonly expiresIn?: number;
  /** Claims to add or replace; `undefined` takes one away. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header parameters to add or replace; `undefined` takes one away. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/** Issues tokens as `usherJwt()` does, for tests. Never use one to serve people: it signs whatever it is asked to. */
export interface TestIssuer {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
  /** A token for a user; valid, unless a fault is asked for. */
  tokenFor(user: TestUser, faults?: TokenFaults): string;
  /** The public keys as a JWKS (RFC 7517 section 5), newest first; empty for a shared secret. */
  jwks(): { readonly keys: readonly object[] };
  /** Makes a new key, signs with it from now on, and leaves the former one in the JWKS. Not for a shared secret. */
  rotate(): void;
  /** Takes every key but the newest out of the JWKS. */
  withdrawOldKeys(): void;
}

const hour = 3600;

/**
 * Makes an issuer of tokens for tests of a guarded API. Give its `issuer` and `audience` to the verifier under test, and
 * as keys its `secret`, or its `jwks()` where the algorithm is one of key pairs.
 */
export function createTestIssuer(options: TestIssuerOptions = {}): TestIssuer {
  const {
    secret = randomBytes(32).toString("base64url"),
    issuer = "https://app.example.com",
    audience = "https://api.example.com",
    algorithm = "HS256",
    clock = Date.now,
  } = options;
  /** Newest first. */
  let signers: readonly [Signer, ...Signer[]] = [createSigner(algorithm, secret)];

  function tokenFor(user: TestUser, faults: TokenFaults = {}): string {
    const [signer] = signers;
    const header = {
      alg: signer.algorithm,
      typ: "JWT",
      ...(signer.kid !== undefined && { kid: signer.kid }),
      ...(faults.unsigned && { alg: "none" }),
      ...faults.header,
    };
    const claims = { ...honestClaims(user, faults.expiresIn ?? 300), ...wrongClaims(faults), ...faults.claims };
    const signingInput = `${jsonSegment(header)}.${jsonSegment(claims)}`;
    if (faults.unsigned) return `${signingInput}.`;

    const signature = (faults.wrongSecret ? createSigner(algorithm, `${secret} and another`) : signer).sign(
      signingInput,
    );
    if (faults.forgedPayload) {
      return `${jsonSegment(header)}.${jsonSegment({ ...claims, sub: "somebody-else" })}.${signature}`;
    }
    return `${signingInput}.${faults.tampered ? changeFirstCharacter(signature) : signature}`;
  }

  function honestClaims(user: TestUser, expiresIn: number): Record<string, unknown> {
    const { id, email, name } = { ...defaultsFor(user), ...(typeof user === "object" && user) };
    const now = Math.floor(clock() / 1000);
    const session = { sid: randomUUID(), jti: randomUUID() };
    return { sub: id, ...session, iat: now, exp: now + expiresIn, iss: issuer, aud: audience, email, name };
  }

  function wrongClaims(faults: TokenFaults): Record<string, unknown> {
    const now = Math.floor(clock() / 1000);
    return {
      ...(faults.expired && { iat: now - 2 * hour, exp: now - hour }),
      ...(faults.notYetValid && { nbf: now + hour, exp: now + 2 * hour }),
      ...(faults.issuedInFuture && { iat: now + hour, exp: now + 2 * hour }),
      ...(faults.wrongIssuer && { iss: "https://another-issuer.example" }),
      ...(faults.wrongAudience && { aud: "https://another-api.example" }),
    };
  }

  return {
    secret,
    issuer,
    audience,
    tokenFor,
    jwks: () => ({ keys: signers.flatMap(({ publicJwk }) => (publicJwk === undefined ? [] : [publicJwk])) }),
    rotate: () => {
      if (!isKeyPair(algorithm)) throw new Error("rotate: a shared secret has no key set; make another issuer");
      signers = [createSigner(algorithm, secret), ...signers];
    },
    withdrawOldKeys: () => {
      signers = [signers[0]];
    },
  };
}

function createSigner(algorithm: SigningAlgorithm, secret: string): Signer {
  return isKeyPair(algorithm) ? keyPairSigner(algorithm) : secretSigner(algorithm, secret);
}

function isKeyPair(algorithm: SigningAlgorithm): algorithm is KeyPairSigningAlgorithm {
  return !algorithm.startsWith("HS");
}

function defaultsFor(user: TestUser): { id: string; email: string; name: string } {
  const id = typeof user === "string" ? user : user.id;
  return { id, email: `${id}@example.com`, name: id };
}

/** The first character carries six bits of the signature and none to spare: changing it always changes the bytes. */
function changeFirstCharacter(signature: string): string {
  return (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
}
