import { warn } from "../warning.ts";
import type { BoundSource } from "./bound-source.ts";
import type { VerificationKey } from "./signature.ts";

/** Seconds between two looks. */
const interval = 60;

/** Called with the time, in seconds, whenever a token was verified; two comparisons, but once a minute. */
export type IdleWatch = (now: number) => void;

/**
 * Tells the operator, once for each, which version of a shared secret has verified nothing for as long as any
 * token lives, while a later one has been in use for at least as long: the issuer has moved on, no token of
 * it can be alive, and it is safe to drop. Knows of this process alone.
 *
 * @param lifetime The longest life of a token, in seconds.
 */
export function watchIdleVersions(sources: readonly BoundSource[], lifetime: number): IdleWatch {
  let lookAt = 0;

  function look(now: number): void {
    const hasLasted = (since = now) => now - since >= lifetime;
    for (const source of sources) {
      const versions = source.keys();
      for (const key of versions) key.listedSince ??= now;
      for (const key of versions) {
        if (key.isIdle || !hasLasted(Math.max(key.listedSince as number, key.lastVerifiedAt ?? 0))) continue;
        const later = versions.find((other) => isLater(other, key) && hasLasted(other.firstVerifiedAt));
        if (later === undefined) continue;
        key.isIdle = true;
        warn(
          `version ${key.version} of the shared secret has verified nothing for ${lifetime} s, while version ${later.version} was in use: safe to drop once every API says so`,
          "USHER_SECRET_IDLE",
        );
      }
    }
  }

  return (now) => {
    if (now < lookAt) return;
    lookAt = now + interval;
    look(now);
  };
}

function isLater({ version: one = 0 }: VerificationKey, { version: other = 0 }: VerificationKey): boolean {
  return one > other;
}
