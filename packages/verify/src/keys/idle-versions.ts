import { isObserved, publish } from "../events/publish.ts";
import { warn } from "../warning.ts";
import type { BoundSource } from "./bound-source.ts";
import { factsOf, secretSourceName } from "./key-reports.ts";
import type { VerificationKey } from "./signature.ts";

/** Seconds between two checks. */
const interval = 60;

/**
 * Called with the time in seconds after each verification. Compares two numbers, and checks once per minute.
 */
export type IdleWatch = (now: number) => void;

/**
 * Warns and tells subscribers, once per version, when a version of a shared secret has verified nothing for the
 * lifetime of a token, while a later one was in use for as long. The issuer has moved on, every token of the old version
 * has expired, and the version can be removed. Knows only this process.
 *
 * @param lifetime The longest lifetime of a token, in seconds.
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
          `version ${key.version} of the shared secret has verified nothing for ${lifetime} s, while version ${later.version} was in use: remove it once every API reports this`,
          "USHER_SECRET_IDLE",
        );
        if (isObserved("usher:keys"))
          publish("usher:keys", {
            source: secretSourceName,
            change: "idle",
            keys: Object.freeze(versions.map(factsOf)),
            removed: Object.freeze([factsOf(key)]),
          });
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
