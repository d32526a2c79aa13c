import { ConfigurationError } from "../errors.ts";
import type { KeyResolver } from "../keys/key-resolver.ts";
import type { KeyStatus, KeyUsage } from "../keys/key-source.ts";
import type { VerificationKey } from "../keys/signature.ts";
import { internalsOf } from "./internals.ts";
import type { Verifier } from "./verifier.ts";

const worstFirst = ["missing", "stale", "fresh"] as const;

/**
 * Returns the state of a verifier's keys; with several sources, the worst. For health checks. Starts a
 * refresh that is due.
 *
 * @throws {ConfigurationError} The verifier was not created by `createVerifier`.
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { keyStatus } from "@usher-auth/verify/keys";
 *
 * const verifier = verifierFromEnv();
 * export const isHealthy = (): boolean => keyStatus(verifier).state !== "missing";
 * ```
 */
export function keyStatus(verifier: Verifier<unknown>): KeyStatus {
  const remotes = keysOf(verifier).sources.flatMap(({ remote }) => remote ?? []);
  for (const remote of remotes) remote.maintain();
  const statuses = remotes.map((remote) => remote.status());
  const [worst] = worstFirst.flatMap((state) => statuses.filter((status) => status.state === state));
  return worst ?? { state: "fresh" };
}

/**
 * Returns how many tokens each key verified in this process, by version of a shared secret or by `kid`: for
 * metrics, and to see whether an old version is still needed. A cached token counts once.
 *
 * @throws {ConfigurationError} The verifier was not created by `createVerifier`.
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { keyUsage } from "@usher-auth/verify/keys";
 *
 * const verifier = verifierFromEnv();
 * for (const { version, verified } of keyUsage(verifier)) console.log(version, verified);
 * ```
 */
export function keyUsage(verifier: Verifier<unknown>): readonly KeyUsage[] {
  return keysOf(verifier).sources.flatMap((source) => source.keys().map(usageOf));
}

function keysOf(verifier: Verifier<unknown>): KeyResolver {
  const parts = internalsOf(verifier);
  if (parts === undefined) throw new ConfigurationError("verifier: give createVerifier(...).");
  return parts.keys;
}

function usageOf({ algorithm, version, kid, verified = 0, lastVerifiedAt }: VerificationKey): KeyUsage {
  return { algorithm, version, kid, verified, lastVerifiedAt };
}
