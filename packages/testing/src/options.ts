import type { KeyPairSigningAlgorithm, SigningAlgorithm } from "./signing.ts";

/**
 * A user that tokens are made for: an id, or an id with what else the token shall say of them.
 * `emailVerified` is the claim `email_verified`; default true.
 */
export type TestUser =
  | string
  | {
      readonly id: string;
      readonly email?: string;
      readonly emailVerified?: boolean;
      readonly name?: string;
    };

/** What {@link createTestIssuer} may be told. */
export interface TestIssuerOptions {
  /** The shared secret. Default: a random one for each issuer. Its strength is not checked. */
  readonly secret?: string;
  /** The `iss` of tokens. Default `https://app.example.com`. */
  readonly issuer?: string;
  /** The `aud` of tokens. Default `https://api.example.com`. */
  readonly audience?: string;
  /** Default `HS256`, with the secret. One of key pairs makes a key pair, whose public half `jwks()` has. */
  readonly algorithm?: SigningAlgorithm;
  /** The time in milliseconds since 1970. Default: the system's clock. */
  readonly clock?: () => number;
  /** `secret` says that the algorithm is one of secrets. For `jwks` see {@link JwksIssuerOptions}. */
  readonly mode?: "secret";
}

/** What {@link createTestIssuer} may be told where it shall also serve its public keys. */
export interface JwksIssuerOptions extends Omit<TestIssuerOptions, "mode" | "secret"> {
  /** Sign with a key pair, and serve its public half over HTTP. */
  readonly mode: "jwks";
  /** Default `EdDSA`, as Better Auth's own. */
  readonly algorithm?: KeyPairSigningAlgorithm;
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
