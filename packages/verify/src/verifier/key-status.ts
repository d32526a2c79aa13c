import { ConfigurationError } from "../errors.ts";
import type { BoundSource } from "../keys/bound-source.ts";
import type { KeyStatus, KeyUsage } from "../keys/key-source.ts";
import type { VerificationKey } from "../keys/signature.ts";
import { internalsOf } from "./internals.ts";
import type { Verifier } from "./verifier.ts";

const worstFirst = ["missing", "stale", "fresh"] as const;

/**
 * Returns the state of a verifier's keys, or of several verifiers'; with several sources, the worst, and of
 * equal states the oldest. For health checks. Starts a refresh that is due.
 *
 * @throws {ConfigurationError} A verifier was not created by `createVerifier`.
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { keyStatus } from "@usher-auth/verify/keys";
 *
 * const verifier = verifierFromEnv();
 * export const isHealthy = (): boolean => keyStatus(verifier).state !== "missing";
 * ```
 */
export function keyStatus(verifier: Verifier<unknown> | readonly Verifier<unknown>[]): KeyStatus {
  const remotes = sourcesOf(verifier).flatMap(({ remote }) => remote ?? []);
  for (const remote of remotes) remote.maintain();
  const oldestFirst = remotes
    .map((remote) => remote.status())
    .sort((one, other) => (other.age ?? -1) - (one.age ?? -1));
  const [worst] = worstFirst.flatMap((state) => oldestFirst.filter((status) => status.state === state));
  return worst ?? { state: "fresh" };
}

/**
 * Returns how many tokens each key verified in this process, by version of a shared secret or by `kid`: for
 * metrics, and to see whether an old version is still needed. A cached token counts once. With several
 * verifiers, a key that they share is listed once.
 *
 * @throws {ConfigurationError} A verifier was not created by `createVerifier`.
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { keyUsage } from "@usher-auth/verify/keys";
 *
 * const verifier = verifierFromEnv();
 * for (const { version, verified } of keyUsage(verifier)) console.log(version, verified);
 * ```
 */
export function keyUsage(verifier: Verifier<unknown> | readonly Verifier<unknown>[]): readonly KeyUsage[] {
  return [...new Set(sourcesOf(verifier).flatMap((source) => source.keys()))].map(usageOf);
}

function sourcesOf(verifier: Verifier<unknown> | readonly Verifier<unknown>[]): readonly BoundSource[] {
  const verifiers: readonly Verifier<unknown>[] = Array.isArray(verifier) ? verifier : [verifier];
  return verifiers.flatMap((one) => {
    const parts = internalsOf(one);
    if (parts === undefined) throw new ConfigurationError("verifier: give createVerifier(...).");
    return parts.keys.sources;
  });
}

function usageOf({ algorithm, version, kid, verified = 0, lastVerifiedAt }: VerificationKey): KeyUsage {
  return { algorithm, version, kid, verified, lastVerifiedAt };
}
