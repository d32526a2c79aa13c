import type { VerificationKey } from "../signature.ts";
import { warn } from "../warning.ts";
import type { KeySource } from "./source.ts";

/** Seconds between two looks. */
const interval = 60;

/** Called with the time, in seconds, whenever a token was verified; two comparisons, but once a minute. */
export type IdleWatch = (now: number) => void;

/**
 * Tells the operator, once for each, which version of a shared secret has verified nothing for as long as any token
 * lives, while a later one has been in use for at least as long: the issuer has moved on, no token of it can be alive, and
 * it is safe to drop. Knows of this process alone.
 *
 * @param lifetime The longest life of a token, in seconds.
 */
export function watchIdleVersions(sources: readonly KeySource[], lifetime: number): IdleWatch {
  const listedSince = new WeakMap<VerificationKey, number>();
  const usedSince = new WeakMap<VerificationKey, number>();
  const told = new WeakSet<VerificationKey>();
  let lookAt = 0;

  function note(key: VerificationKey, now: number): void {
    if (!listedSince.has(key)) listedSince.set(key, now);
    if (key.lastVerifiedAt !== undefined && !usedSince.has(key)) usedSince.set(key, now);
  }

  function isIdle(key: VerificationKey, now: number): boolean {
    return now - Math.max(listedSince.get(key) ?? now, key.lastVerifiedAt ?? 0) >= lifetime;
  }

  function isInUse(key: VerificationKey, now: number): boolean {
    return now - (usedSince.get(key) ?? now) >= lifetime;
  }

  function look(now: number): void {
    for (const source of sources) {
      const versions = source.keys?.() ?? [];
      for (const key of versions) note(key, now);
      for (const key of versions) {
        if (told.has(key) || !isIdle(key, now)) continue;
        const later = versions.find((other) => isLater(other, key) && isInUse(other, now));
        if (later === undefined) continue;
        told.add(key);
        warn(
          `sharedSecret: version ${key.version} has verified nothing for ${lifetime} s, and version ${later.version} has been in use for as long: no token of version ${key.version} is alive here, and it is safe to drop once every API says so`,
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

function isLater({ version: one }: VerificationKey, { version: other }: VerificationKey): boolean {
  return one !== undefined && other !== undefined && one > other;
}
