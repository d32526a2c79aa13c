import type { KeyPairSigningAlgorithm, SigningAlgorithm } from "./signing.ts";

/**
 * The user of a token: an id, or an id with other claims. `email` defaults to `<id>@example.com`, `name` to
 * the id, and `emailVerified` (the claim `email_verified`) to true.
 */
export type TestUser =
  | string
  | {
      readonly id: string;
      readonly email?: string;
      readonly emailVerified?: boolean;
      readonly name?: string;
    };

/**
 * The options of {@link createTestIssuer}.
 *
 * @example
 * ```ts run
 * import { createTestIssuer, type TestIssuerOptions } from "@usher-auth/testing";
 *
 * let now = Date.now();
 * const options: TestIssuerOptions = { algorithm: "ES256", clock: () => now };
 * const { jwks, tokenFor } = createTestIssuer(options);
 * now += 60_000; // the next token is issued a minute later
 * console.log(jwks(), tokenFor("alice"));
 * ```
 */
export interface TestIssuerOptions {
  /** The shared secret. Default: random for each issuer. Its strength is not checked. */
  readonly secret?: string;
  /** The `iss` of the tokens. Default: `https://app.example.com`. */
  readonly issuer?: string;
  /** The `aud` of the tokens. Default: `https://api.example.com`. */
  readonly audience?: string;
  /** The `iss` of OAuth access tokens. Default: the issuer, followed by `/api/auth`. */
  readonly accessTokenIssuer?: string;
  /**
   * Default: `HS256`, with the secret. The others except HS384 and HS512 create a key pair, whose public key
   * is in `jwks()`.
   */
  readonly algorithm?: SigningAlgorithm;
  /** Returns the time, in milliseconds since 1970. Default: the system's clock. */
  readonly clock?: () => number;
  /** `"secret"` only allows the HS algorithms. For `"jwks"`, see {@link JwksIssuerOptions}. */
  readonly mode?: "secret";
}

/**
 * The options of {@link createTestIssuer} for an issuer that serves its public keys.
 *
 * @example
 * ```ts run
 * import { createTestIssuer, type JwksIssuerOptions } from "@usher-auth/testing";
 * import { createVerifier, remoteJwks } from "@usher-auth/verify";
 *
 * const options: JwksIssuerOptions = { mode: "jwks", algorithm: "ES256" };
 * await using server = await createTestIssuer(options);
 * const { jwksUrl, issuer, audience } = server;
 * const verifier = createVerifier({ keys: remoteJwks(jwksUrl), issuer, audience });
 * await verifier.verify(server.tokenFor("alice")); // a principal
 * ```
 */
export interface JwksIssuerOptions extends Omit<TestIssuerOptions, "mode" | "secret"> {
  /** Sign with a key pair, and serve its public key over HTTP. */
  readonly mode: "jwks";
  /** Default: `EdDSA`, as in Better Auth. */
  readonly algorithm?: KeyPairSigningAlgorithm;
}

/** What makes a token invalid, or different. Faults can be combined. */
export interface TokenFaults {
  /** `exp` is an hour ago. */
  readonly expired?: boolean;
  /** `nbf` is in an hour. */
  readonly notYetValid?: boolean;
  /** `iat` is in an hour. */
  readonly issuedInFuture?: boolean;
  /** `iss` is another issuer. */
  readonly wrongIssuer?: boolean;
  /** `aud` is another API. */
  readonly wrongAudience?: boolean;
  /** Signed with another secret, or another key pair. */
  readonly wrongSecret?: boolean;
  /** One character of the signature is changed after signing. */
  readonly tampered?: boolean;
  /** One claim is changed after signing. */
  readonly forgedPayload?: boolean;
  /** `alg: "none"` and an empty signature (RFC 7519 section 6). */
  readonly unsigned?: boolean;
  /** The lifetime in seconds. May be negative. Default: 300. */
  readonly expiresIn?: number;
  /** Claims to add or replace. `undefined` removes a claim. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Header parameters to add or replace. `undefined` removes a parameter. */
  readonly header?: Readonly<Record<string, unknown>>;
}

/**
 * What an OAuth client was granted, and what makes its access token invalid, or different.
 *
 * @example
 * ```ts run
 * import { type AccessTokenGrant, createTestIssuer } from "@usher-auth/testing";
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 *
 * const { secret, issuer, audience, accessTokenIssuer, accessTokenFor, clientTokenFor } = createTestIssuer();
 * const accessTokens = { issuer: accessTokenIssuer, scopes: ["tasks:read"] };
 * const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience, accessTokens });
 *
 * const grant: AccessTokenGrant = { clientId: "calendar", scope: "tasks:read" };
 * verifier.verifySync(accessTokenFor("alice", grant)); // { id: "alice", kind: "user", clientId: "calendar", ... }
 * verifier.verifySync(clientTokenFor("backup", { scope: "tasks:read" })).kind; // "client"
 * ```
 */
export interface AccessTokenGrant extends TokenFaults {
  /** The client: `client_id` and `azp`. Default: `test-client`. */
  readonly clientId?: string;
  /** The granted scopes, separated by spaces. Default: none. */
  readonly scope?: string;
}
