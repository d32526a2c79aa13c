import { AuthError } from "./errors.ts";
import type { KeySource, KeyStatus } from "./keys/source.ts";
import type { VerificationKey } from "./signature.ts";
import type { UnverifiedToken } from "./token.ts";

/** Every key source of a verifier, as one. */
export interface KeyRing {
  /** Whether there is a source whose keys can change. */
  readonly canRefresh: boolean;
  /**
   * The key whose signature the token has.
   *
   * @throws {AuthError} `algorithm_rejected`, `key_unknown`, `keys_unavailable`, `signature_invalid`.
   */
  verify(token: UnverifiedToken): VerificationKey;
  maintain(): void;
  overdue(): boolean;
  /** Refreshes every source that can; one that fails makes itself known when a token turns out to need it. */
  refresh(): Promise<void>;
  ready(): Promise<void>;
  status(): KeyStatus;
}

const worstFirst = ["missing", "stale", "fresh"] as const;

export function createKeyRing(sources: readonly KeySource[]): KeyRing {
  const remotes = sources.flatMap((source) => (source.remote === undefined ? [] : [source.remote]));
  const rejected = explainRejection([...new Set(sources.flatMap((source) => [...source.algorithms]))]);

  function verify({ header, signed, signature }: UnverifiedToken): VerificationKey {
    const algorithm = canonical(header.alg);
    let isAccepted = false;
    let tried = false;
    let unavailable: AuthError | undefined;
    for (const source of sources) {
      // A token is only ever tried against keys whose algorithm it may have.
      if (!(source.algorithms as ReadonlySet<string>).has(algorithm)) continue;
      isAccepted = true;
      for (const key of source.candidates(header)) {
        if (key.verify(signed, signature)) return key;
        tried = true;
      }
      unavailable ??= source.remote?.unavailable();
    }
    if (!isAccepted) throw new AuthError("algorithm_rejected", { hint: rejected(header.alg) });
    if (tried) throw new AuthError("signature_invalid", { hint: signatureHint });
    throw unavailable ?? new AuthError("key_unknown", { hint: "no key of any source fits this token" });
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
    const worst = worstFirst.find((state) => statuses.some((status) => status.state === state));
    return statuses.find((status) => status.state === worst) ?? { state: "fresh" };
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
  };
}

const signatureHint =
  "changed on its way, or signed with another key: with a shared secret, compare the fingerprints that issuer and API print at start";

/** The operator's hint for an algorithm that no key has. Put together once: anybody can send such tokens, many of them. */
function explainRejection(algorithms: readonly string[]): (alg: string) => string {
  const expected = `expected ${algorithms.join(", ")}`;
  const keyPair = `${expected}; the token is signed with a key pair, as Better Auth's own jwt() does: verify it with remoteJwks(), or let usherJwt() of @usher-auth/issuer take its place`;
  const secret = `${expected}; the token is signed with a shared secret: add sharedSecret() to the keys if it is meant to be`;
  const hasSecret = algorithms.some((name) => name.startsWith("HS"));
  const hasKeyPair = algorithms.some((name) => !name.startsWith("HS"));
  return (alg) => {
    if (!hasKeyPair && /^(?:Ed|ES|RS|PS)/.test(alg)) return keyPair;
    if (!hasSecret && alg.startsWith("HS")) return secret;
    return expected;
  };
}

/** RFC 9864 section 2.2 gives EdDSA with Ed25519 a name of its own; here they are one. */
function canonical(alg: string): string {
  return alg === "Ed25519" ? "EdDSA" : alg;
}
