import { AuthError } from "./errors.ts";
import { watchIdleVersions } from "./keys/idle-versions.ts";
import type { KeySource, KeyStatus, KeyUsage } from "./keys/source.ts";
import type { VerificationKey } from "./signature.ts";
import type { UnverifiedToken } from "./token.ts";

/** Every key source of a verifier, as one. */
export interface KeyRing {
  /** Whether there is a source whose keys can change. */
  readonly canRefresh: boolean;
  /**
   * The key whose signature the token has. Counts what each key verifies.
   *
   * @param now Seconds since 1970.
   * @throws {AuthError} `algorithm_rejected`, `key_unknown`, `keys_unavailable`, `signature_invalid`.
   */
  verify(token: UnverifiedToken, now: number): VerificationKey;
  maintain(): void;
  overdue(): boolean;
  /** Refreshes every source that can; one that fails makes itself known when a token turns out to need it. */
  refresh(): Promise<void>;
  ready(): Promise<void>;
  status(): KeyStatus;
  usage(): readonly KeyUsage[];
}

const worstFirst = ["missing", "stale", "fresh"] as const;

/** @param lifetime The longest life of a token, in seconds. */
export function createKeyRing(sources: readonly KeySource[], lifetime: number): KeyRing {
  const remotes = sources.flatMap((source) => (source.remote === undefined ? [] : [source.remote]));
  const rejected = explainRejection([...new Set(sources.flatMap((source) => [...source.algorithms]))]);

  const watchIdle = watchIdleVersions(sources, lifetime);

  function verify({ header, signed, signature }: UnverifiedToken, now: number): VerificationKey {
    const algorithm = canonical(header.alg);
    let isAccepted = false;
    let tried: KeySource | undefined;
    let unavailable: AuthError | undefined;
    for (const source of sources) {
      // A token is only ever tried against keys whose algorithm it may have.
      if (!(source.algorithms as ReadonlySet<string>).has(algorithm)) continue;
      isAccepted = true;
      for (const key of source.candidates(header)) {
        if (key.verify(signed, signature)) {
          key.verified = (key.verified ?? 0) + 1;
          key.firstVerifiedAt ??= now;
          key.lastVerifiedAt = now;
          watchIdle(now);
          return key;
        }
        tried ??= source;
      }
      unavailable ??= source.remote?.unavailable();
    }
    if (!isAccepted) throw new AuthError("algorithm_rejected", { hint: rejected(header.alg) });
    if (tried !== undefined) throw new AuthError("signature_invalid", { hint: explainSignature(tried) });
    throw unavailable ?? new AuthError("key_unknown", { hint: "no key fits this token" });
  }

  async function refresh(): Promise<void> {
    await Promise.allSettled(remotes.map((remote) => remote.refresh()));
  }

  async function ready(): Promise<void> {
    await Promise.all(
      remotes.filter((remote) => remote.status().state === "missing").map((remote) => remote.refresh()),
    );
  }

  function status(): KeyStatus {
    const statuses = remotes.map((remote) => remote.status());
    const [worst] = worstFirst.flatMap((state) => statuses.filter((status) => status.state === state));
    return worst ?? { state: "fresh" };
  }

  return {
    canRefresh: remotes.length > 0,
    verify,
    maintain: () => {
      for (const remote of remotes) remote.maintain();
    },
    overdue: () => remotes.some((remote) => remote.overdue()),
    refresh,
    ready,
    status,
    usage: () => sources.flatMap((source) => (source.keys?.() ?? []).map(usageOf)),
  };
}

/** Why a token has none of this source's signatures. Anybody can send such tokens: two texts are joined, and no more. */
function explainSignature({ description }: KeySource): string {
  return description === undefined
    ? "changed on its way, or signed with another key"
    : `changed on its way, or signed with a secret that is not listed here (${description()}): compare the fingerprints of issuer and API; in a rotation, list a version here before the issuer signs with it`;
}

/** The operator's hint for an algorithm that no key has. Put together once: anybody can send such tokens, many of them. */
function explainRejection(algorithms: readonly string[]): (alg: string) => string {
  const expected = `expected ${algorithms.join(", ")}`;
  const keyPair = `${expected}; the token is signed with a key pair, as Better Auth's own jwt() does: verify it with remoteJwks(), or issue it with usherJwt()`;
  const secret = `${expected}; the token is signed with a shared secret: add sharedSecret() to the keys if it is meant to be`;
  const isSecret = (name: string) => name.startsWith("HS");
  const hasSecret = algorithms.some(isSecret);
  const hasKeyPair = !algorithms.every(isSecret);
  return (alg) => {
    if (isSecret(alg)) return hasSecret ? expected : secret;
    return hasKeyPair || !/^(?:Ed|ES|RS|PS)/.test(alg) ? expected : keyPair;
  };
}

function usageOf({ algorithm, version, kid, verified = 0, lastVerifiedAt }: VerificationKey): KeyUsage {
  return { algorithm, version, kid, verified, lastVerifiedAt };
}

/** RFC 9864 section 2.2 gives EdDSA with Ed25519 a name of its own; here they are one. */
function canonical(alg: string): string {
  return alg === "Ed25519" ? "EdDSA" : alg;
}
