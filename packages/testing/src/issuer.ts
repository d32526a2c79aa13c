import { randomBytes, randomUUID } from "node:crypto";
import { hmacSegment, jsonSegment, type SigningAlgorithm } from "./signing.ts";

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
  /** Default `HS256`. */
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
  /** Signed with another secret. */
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
}

const hour = 3600;

/**
 * Makes an issuer of HS256 tokens for tests of a guarded API. Give its `secret`, `issuer` and `audience` to the verifier
 * under test.
 */
export function createTestIssuer(options: TestIssuerOptions = {}): TestIssuer {
  const {
    secret = randomBytes(32).toString("base64url"),
    issuer = "https://app.example.com",
    audience = "https://api.example.com",
    algorithm = "HS256",
    clock = Date.now,
  } = options;

  function tokenFor(user: TestUser, faults: TokenFaults = {}): string {
    const header = { alg: algorithm, typ: "JWT", ...(faults.unsigned && { alg: "none" }), ...faults.header };
    const claims = { ...honestClaims(user, faults.expiresIn ?? 300), ...wrongClaims(faults), ...faults.claims };
    const signingInput = `${jsonSegment(header)}.${jsonSegment(claims)}`;
    if (faults.unsigned) return `${signingInput}.`;

    const signature = hmacSegment(algorithm, faults.wrongSecret ? `${secret} and another` : secret, signingInput);
    if (faults.forgedPayload)
      return `${jsonSegment(header)}.${jsonSegment({ ...claims, sub: "somebody-else" })}.${signature}`;
    return `${signingInput}.${faults.tampered ? changeFirstCharacter(signature) : signature}`;
  }

  function honestClaims(user: TestUser, expiresIn: number): Record<string, unknown> {
    const {
      id,
      email = `${nameOf(user)}@example.com`,
      name = nameOf(user),
    } = typeof user === "string" ? { id: user } : user;
    const now = Math.floor(clock() / 1000);
    return {
      sub: id,
      sid: randomUUID(),
      jti: randomUUID(),
      iat: now,
      exp: now + expiresIn,
      iss: issuer,
      aud: audience,
      email,
      name,
    };
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

  return { secret, issuer, audience, tokenFor };
}

function nameOf(user: TestUser): string {
  return typeof user === "string" ? user : user.id;
}

/** The first character carries six bits of the signature and none to spare: changing it always changes the bytes. */
function changeFirstCharacter(signature: string): string {
  return (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
}
