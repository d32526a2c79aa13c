import { randomBytes } from "node:crypto";
import { accessClaims, idOf, sessionClaims } from "./claims.ts";
import { serveJwks } from "./jwks-server.ts";
import type {
  AccessTokenGrant,
  JwksIssuerOptions,
  TestIssuerOptions,
  TestUser,
  TokenFaults,
} from "./options.ts";
import {
  jsonSegment,
  type KeyPairSigningAlgorithm,
  keyPairSigner,
  type Signer,
  type SigningAlgorithm,
  secretSigner,
} from "./signing.ts";

/**
 * Issues tokens like those of `usherJwt()` and of Better Auth's OAuth provider, for tests. It signs anything:
 * never use it in production.
 */
export interface TestIssuer {
  /** The shared secret, for `sharedSecret()`. */
  readonly secret: string;
  /** The `iss` of the tokens. */
  readonly issuer: string;
  /** The `aud` of the tokens. */
  readonly audience: string;
  /** Issues a token for a user. It is valid unless `faults` says otherwise. */
  tokenFor(user: TestUser, faults?: TokenFaults): string;
  /** The `iss` of the access tokens. */
  readonly accessTokenIssuer: string;
  /**
   * Issues an OAuth access token like those of Better Auth's OAuth provider (RFC 9068): a client acts for
   * this user. Only a verifier with `accessTokens: { issuer: accessTokenIssuer, ... }` accepts it.
   */
  accessTokenFor(user: TestUser, grant?: AccessTokenGrant): string;
  /**
   * Issues an OAuth access token of a client that acts for itself, without a user (the `client_credentials`
   * grant). Its `principal.kind` is `"client"`.
   */
  clientTokenFor(clientId: string, grant?: Omit<AccessTokenGrant, "clientId">): string;
  /** The public keys as a JWKS (RFC 7517 section 5), newest first. Empty with a shared secret. */
  jwks(): { readonly keys: readonly object[] };
  /**
   * Creates a new key pair and signs with it. The former key stays in the JWKS.
   *
   * @throws {Error} with a shared secret
   */
  rotate(): void;
  /** Removes all keys except the newest from the JWKS. */
  withdrawOldKeys(): void;
}

/** A test issuer that serves its public keys over HTTP, as Better Auth does. */
export interface JwksIssuer extends TestIssuer, AsyncDisposable {
  /** The URL for `remoteJwks()`: `http://127.0.0.1:<free port>/api/auth/jwks`. Answers with `jwks()`. */
  readonly jwksUrl: string;
  /** Stops the server, after the tests or to simulate an outage. `tokenFor` still works. */
  close(): Promise<void>;
}

/**
 * Creates an issuer of tokens for tests of a guarded API. Configure the verifier under test with its `issuer`
 * and `audience`, and with its `secret`, or its `jwks()` for a key pair algorithm.
 *
 * With `mode: "jwks"` it returns a promise, and serves the public keys on the loopback interface: use
 * `remoteJwks(jwksUrl)` as the verifier's keys. The server does not keep the process alive.
 *
 * @throws {TypeError} when `mode` and `algorithm` contradict each other
 *
 * @example
 * ```ts run
 * import { createTestIssuer } from "@usher-auth/testing";
 * import { createVerifier, sharedSecret } from "@usher-auth/verify";
 *
 * const { secret, issuer, audience, tokenFor } = createTestIssuer();
 * const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
 *
 * verifier.verifySync(tokenFor("alice")).id; // "alice"
 * tokenFor("alice", { expired: true }); // verifySync throws token_expired
 * ```
 */
export function createTestIssuer(options?: TestIssuerOptions): TestIssuer;
export function createTestIssuer(options: JwksIssuerOptions): Promise<JwksIssuer>;
export function createTestIssuer(
  options: TestIssuerOptions | JwksIssuerOptions = {},
): TestIssuer | Promise<JwksIssuer> {
  const { mode, algorithm = mode === "jwks" ? "EdDSA" : "HS256" } = options;
  if (mode !== undefined && isKeyPair(algorithm) !== (mode === "jwks")) {
    throw new TypeError(`createTestIssuer: ${algorithm} cannot be used with mode "${mode}"`);
  }
  const issuer = createIssuer(algorithm, options);
  return mode === "jwks" ? serveKeys(issuer) : issuer;
}

async function serveKeys(issuer: TestIssuer): Promise<JwksIssuer> {
  const { url, close } = await serveJwks(issuer.jwks);
  return { ...issuer, jwksUrl: url, close, [Symbol.asyncDispose]: close };
}

function createIssuer(algorithm: SigningAlgorithm, options: Omit<TestIssuerOptions, "mode">): TestIssuer {
  const {
    secret = randomBytes(32).toString("base64url"),
    issuer = "https://app.example.com",
    audience = "https://api.example.com",
    accessTokenIssuer = `${issuer}/api/auth`,
    clock = () => Date.now(),
  } = options;
  /** Newest first. */
  let signers: readonly [Signer, ...Signer[]] = [createSigner(algorithm, secret)];
  /** Another key, created when a fault first needs it: an RSA key takes a tenth of a second. */
  let otherSigner: Signer | undefined;

  function sign(typ: string, claims: object, faults: TokenFaults): string {
    const [signer] = signers;
    const header = {
      alg: signer.algorithm,
      typ,
      ...(signer.kid !== undefined && { kid: signer.kid }),
      ...(faults.unsigned && { alg: "none" }),
      ...faults.header,
    };
    const signingInput = `${jsonSegment(header)}.${jsonSegment(claims)}`;
    if (faults.unsigned) return `${signingInput}.`;

    const signature = (faults.wrongSecret ? wrongSigner() : signer).sign(signingInput);
    if (faults.forgedPayload) {
      return `${jsonSegment(header)}.${jsonSegment({ ...claims, sub: "another-user" })}.${signature}`;
    }
    return `${signingInput}.${faults.tampered ? changeFirstCharacter(signature) : signature}`;
  }

  const accessTokenFor = (sub: string, grant: AccessTokenGrant) =>
    sign("at+jwt", accessClaims(sub, grant, { issuer: accessTokenIssuer, audience, time: clock() }), grant);

  function wrongSigner(): Signer {
    otherSigner ??= createSigner(algorithm, `${secret} and another`);
    return otherSigner;
  }

  return {
    secret,
    issuer,
    audience,
    accessTokenIssuer,
    tokenFor: (user, faults = {}) =>
      sign("JWT", sessionClaims(user, faults, { issuer, audience, time: clock() }), faults),
    accessTokenFor: (user, grant = {}) => accessTokenFor(idOf(user), grant),
    clientTokenFor: (clientId, grant = {}) => accessTokenFor(clientId, { ...grant, clientId }),
    jwks: () => ({ keys: signers.flatMap(({ publicJwk }) => (publicJwk === undefined ? [] : [publicJwk])) }),
    rotate: () => {
      if (!isKeyPair(algorithm))
        throw new Error("rotate: a shared secret has no JWKS; create another issuer");
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

/** All six bits of the first character belong to the signature, so changing it always changes the bytes. */
function changeFirstCharacter(signature: string): string {
  return (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
}
