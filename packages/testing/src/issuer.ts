import { randomBytes, randomUUID } from "node:crypto";
import { serveJwks } from "./jwks-server.ts";
import type { JwksIssuerOptions, TestIssuerOptions, TestUser, TokenFaults } from "./options.ts";
import {
  jsonSegment,
  type KeyPairSigningAlgorithm,
  keyPairSigner,
  type Signer,
  type SigningAlgorithm,
  secretSigner,
} from "./signing.ts";

/**
 * Issues tokens as `usherJwt()` does, for tests. Never use one to serve people: it signs whatever it is asked
 * to.
 */
export interface TestIssuer {
  readonly secret: string;
  readonly issuer: string;
  readonly audience: string;
  /** A token for a user; valid, unless a fault is asked for. */
  tokenFor(user: TestUser, faults?: TokenFaults): string;
  /** The public keys as a JWKS (RFC 7517 section 5), newest first; empty for a shared secret. */
  jwks(): { readonly keys: readonly object[] };
  /**
   * Makes a new key, signs with it from now on, and leaves the former one in the JWKS. Not for a shared
   * secret.
   */
  rotate(): void;
  /** Takes every key but the newest out of the JWKS. */
  withdrawOldKeys(): void;
}

/** A test issuer whose public keys can be fetched, as the real one's. */
export interface JwksIssuer extends TestIssuer, AsyncDisposable {
  /**
   * For `remoteJwks()`: `http://127.0.0.1:<free port>/api/auth/jwks`, which always answers with the present
   * `jwks()`.
   */
  readonly jwksUrl: string;
  /** Stops serving, for the end of the tests or to see an outage. It goes on signing. */
  close(): Promise<void>;
}

const hour = 3600;

/**
 * Makes an issuer of tokens for tests of a guarded API. Give its `issuer` and `audience` to the verifier
 * under test, and as keys its `secret`, or its `jwks()` where the algorithm is one of key pairs.
 *
 * With `mode: "jwks"` it also serves those keys on the loopback interface: await it, and give
 * `remoteJwks(jwksUrl)` to the verifier. The server does not keep the process alive.
 *
 * @throws {TypeError} `mode` and `algorithm` contradict each other.
 */
export function createTestIssuer(options?: TestIssuerOptions): TestIssuer;
export function createTestIssuer(options: JwksIssuerOptions): Promise<JwksIssuer>;
export function createTestIssuer(
  options: TestIssuerOptions | JwksIssuerOptions = {},
): TestIssuer | Promise<JwksIssuer> {
  const { mode, algorithm = mode === "jwks" ? "EdDSA" : "HS256" } = options;
  if (mode !== undefined && isKeyPair(algorithm) !== (mode === "jwks")) {
    throw new TypeError(`createTestIssuer: ${algorithm} does not go with mode "${mode}"`);
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
    clock = () => Date.now(),
  } = options;
  /** Newest first. */
  let signers: readonly [Signer, ...Signer[]] = [createSigner(algorithm, secret)];
  /** Made when a fault first asks for it, and once: an RSA key takes a tenth of a second. */
  let stranger: Signer | undefined;

  function tokenFor(user: TestUser, faults: TokenFaults = {}): string {
    const [signer] = signers;
    const header = {
      alg: signer.algorithm,
      typ: "JWT",
      ...(signer.kid !== undefined && { kid: signer.kid }),
      ...(faults.unsigned && { alg: "none" }),
      ...faults.header,
    };
    const claims = {
      ...honestClaims(user, faults.expiresIn ?? 300),
      ...wrongClaims(faults),
      ...faults.claims,
    };
    const signingInput = `${jsonSegment(header)}.${jsonSegment(claims)}`;
    if (faults.unsigned) return `${signingInput}.`;

    const signature = (faults.wrongSecret ? strangerOf() : signer).sign(signingInput);
    if (faults.forgedPayload) {
      return `${jsonSegment(header)}.${jsonSegment({ ...claims, sub: "somebody-else" })}.${signature}`;
    }
    return `${signingInput}.${faults.tampered ? changeFirstCharacter(signature) : signature}`;
  }

  function strangerOf(): Signer {
    stranger ??= createSigner(algorithm, `${secret} and another`);
    return stranger;
  }

  function honestClaims(user: TestUser, expiresIn: number): Record<string, unknown> {
    const { id, email, emailVerified, name } = {
      ...defaultsFor(user),
      ...(typeof user === "object" && user),
    };
    const now = Math.floor(clock() / 1000);
    const session = { sid: randomUUID(), jti: randomUUID() };
    const person = { email, email_verified: emailVerified, name };
    return { sub: id, ...session, iat: now, exp: now + expiresIn, iss: issuer, aud: audience, ...person };
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
      if (!isKeyPair(algorithm))
        throw new Error("rotate: a shared secret has no key set; make another issuer");
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

function defaultsFor(user: TestUser): { id: string; email: string; emailVerified: boolean; name: string } {
  const id = typeof user === "string" ? user : user.id;
  return { id, email: `${id}@example.com`, emailVerified: true, name: id };
}

/**
 * The first character carries six bits of the signature and none to spare: changing it always changes the
 * bytes.
 */
function changeFirstCharacter(signature: string): string {
  return (signature.startsWith("A") ? "B" : "A") + signature.slice(1);
}
