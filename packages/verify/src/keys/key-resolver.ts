import { AuthError } from "../errors.ts";
import type { UnverifiedToken } from "../token/parse.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import type { BoundRemote, BoundRemotes, BoundSource, Verify } from "./bound-source.ts";
import { failedSource } from "./failed-source.ts";
import { watchIdleVersions } from "./idle-versions.ts";
import type { WaitUntil } from "./key-source.ts";
import type { VerificationKey } from "./signature.ts";

/** Finds the key that signed a token, in every key source of a verifier. */
export interface KeyResolver {
  readonly sources: readonly BoundSource[];
  /**
   * Verifies the signature. Returns the key and the issuers that it vouches for. Counts the verifications of
   * each key.
   *
   * @param now Seconds since 1970.
   * @throws {AuthError} `algorithm_rejected`, `key_unknown`, `keys_unavailable`, `signature_invalid`.
   */
  verify(token: UnverifiedToken, now: number): Voucher;
  /**
   * Must be called before a token is parsed.
   *
   * @throws {AuthError} `keys_unavailable`: a key source called the verifier that was calling it.
   */
  maintain(waitUntil?: WaitUntil): void;
  /**
   * Calls `verify`. Where a source is remote, waits for newer keys if they are needed, and calls it again.
   * Synchronous unless keys must be fetched.
   */
  verifyWithKeys<Result>(
    verify: Verify<Result>,
    token: string,
    waitUntil?: WaitUntil,
  ): Result | Promise<Result>;
  /** @throws {AuthError} `keys_unavailable`. */
  ready(): Promise<void>;
}

/** The key that signed a token. */
interface Voucher {
  readonly key: VerificationKey;
  /** The accepted `iss` of the token (RFC 8725 section 3.8); undefined: any that its kind accepts. */
  readonly issuers: readonly string[] | undefined;
}

/** @param lifetime The longest lifetime of a token, in seconds. */
export function createKeyResolver(sources: readonly BoundSource[], lifetime: number): KeyResolver {
  const all = remotesOf(sources);
  const waiting = all[0]?.waiting;
  const rejected = explainRejection([...new Set(sources.flatMap((source) => [...source.algorithms]))]);
  const watchIdle = watchIdleVersions(sources, lifetime);
  /** By the error of a token without a key: the sources that may get the key. */
  const lacking = new WeakMap<object, readonly BoundRemote[]>();
  let isVerifying = false;

  function verify(token: UnverifiedToken, now: number): Voucher {
    isVerifying = true;
    try {
      const voucher = findSigner(token);
      noteUse(voucher.key, now);
      return voucher;
    } finally {
      isVerifying = false;
    }
  }

  /** Counting decides nothing. A frozen key of a custom source is not counted. */
  function noteUse(key: VerificationKey, now: number): void {
    try {
      count(key, now);
      watchIdle(now);
    } catch {}
  }

  function findSigner({ header, signed, signature }: UnverifiedToken): Voucher {
    const algorithm = canonical(header.alg);
    let isAccepted = false;
    let tried: BoundSource | undefined;
    let failure: AuthError | undefined;
    for (const source of sources) {
      // A key is only tried for tokens with its algorithm.
      if (!source.algorithms.has(algorithm)) continue;
      isAccepted = true;
      // Whether the key with the token's `kid` was tried. Then newer keys cannot help.
      let isNamed = false;
      try {
        for (const key of source.candidates(header)) {
          // Only `true`: a promise would accept any signature.
          const isSigned: unknown = key.verify(signed, signature);
          if (isSigned === true) return { key, issuers: source.issuers };
          if (isSigned !== false) ignorePromise(isSigned);
          tried ??= source;
          isNamed ||= key.kid !== undefined && key.kid === header.kid;
        }
      } catch (error) {
        failure ??= failedSource(error);
      }
      if (!isNamed) failure ??= source.remote?.unavailable();
    }
    if (!isAccepted) throw new AuthError("algorithm_rejected", { hint: rejected(header.alg) });
    if (tried !== undefined && failure === undefined) {
      throw new AuthError("signature_invalid", { hint: explainSignature(tried) });
    }
    const error = failure ?? new AuthError("key_unknown", { hint: "no key fits this token" });
    const others = remotesOf(sources.filter((source) => source.algorithms.has(algorithm)));
    if (others.length > 0) lacking.set(error, others);
    throw error;
  }

  const remotes: BoundRemotes = {
    all,
    lacking: (error) => (typeof error === "object" && error !== null ? lacking.get(error) : undefined),
  };

  return {
    sources,
    verify,
    maintain: (waitUntil) => {
      // A key source that calls the verifier would otherwise be called by it again, without end.
      if (isVerifying) throw failedSource(new Error("it calls the verifier that is calling it"));
      for (const remote of all) remote.maintain(waitUntil);
    },
    verifyWithKeys: (verify, token, waitUntil) =>
      waiting === undefined
        ? verify(token, waitUntil)
        : waiting.verifyWithKeys(remotes, verify, token, waitUntil),
    ready: async () => waiting?.loadMissing(remotes),
  };
}

function remotesOf(sources: readonly BoundSource[]): BoundRemote[] {
  return sources.flatMap(({ remote }) => (remote === undefined ? [] : [remote]));
}

function count(key: VerificationKey, now: number): void {
  key.verified = (key.verified ?? 0) + 1;
  key.firstVerifiedAt ??= now;
  key.lastVerifiedAt = now;
}

/**
 * The hint for a signature that no key of this source made. Anyone can send such tokens, so it only joins two
 * strings.
 */
function explainSignature(source: BoundSource): string {
  const description = source.description?.();
  return description === undefined
    ? "changed in transit, or signed with another key"
    : `changed in transit, or signed with a secret that is not listed here (${description}): compare the fingerprints of issuer and API; in a rotation, list a version here before the issuer signs with it`;
}
/** The hint for an algorithm that no key has. Built once: anyone can send many such tokens. */
function explainRejection(algorithms: readonly string[]): (alg: string) => string {
  const expected = `expected ${algorithms.join(", ")}`;
  const keyPair = `${expected}; the token is signed with a key pair, as Better Auth's own jwt() does: verify it with remoteJwks() or USHER_JWKS_URL, or issue it with usherJwt()`;
  const secret = `${expected}; the token is signed with a shared secret: add sharedSecret() to the keys, or secret to USHER_KEYS, if it is meant to be`;
  const isSecret = (name: string) => name.startsWith("HS");
  const hasSecret = algorithms.some(isSecret);
  const hasKeyPair = !algorithms.every(isSecret);
  return (alg) => {
    if (isSecret(alg)) return hasSecret ? expected : secret;
    return hasKeyPair || !/^(?:Ed|ES|RS|PS)/.test(alg) ? expected : keyPair;
  };
}

/** RFC 9864 section 2.2 names EdDSA with Ed25519 "Ed25519". Both names are treated as one. */
function canonical(alg: string): string {
  return alg === "Ed25519" ? "EdDSA" : alg;
}
