import type { KeyFacts, KeysChanged } from "../events/events.ts";
import { isObserved, publish } from "../events/publish.ts";
import { explain, printable } from "../log-text.ts";
import type { NamedKeys } from "./named-keys.ts";
import type { VerificationKey } from "./signature.ts";

/** Tells subscribers of `usher:keys` what happens to the keys of one source. */
export interface KeyReports {
  /** Keys were fetched. */
  adopted(previous: NamedKeys | undefined, next: NamedKeys): void;
  /** The keys are too old and were dropped. */
  dropped(previous: NamedKeys): void;
  /** A fetch failed. */
  failed(current: NamedKeys | undefined, error: unknown): void;
}

/** The source of `usher:keys` for keys that are a secret, which has no address. */
export const secretSourceName = "shared secret";

/** Characters of a key's id, and of a reason. */
const longestText = 200;

/**
 * Call each function after the change, so that a subscriber which asks the verifier sees the new state. An
 * outage is reported once, whether or not anyone subscribed when it began.
 */
export function createKeyReports(source: string): KeyReports {
  let hasLoaded = false;
  let isFailing = false;

  function tell(event: Omit<KeysChanged, "source">): void {
    publish("usher:keys", { source, ...event });
  }

  function compared(previous: NamedKeys | undefined, next: NamedKeys | undefined): void {
    const [added, removed] = [missingFrom(previous, next), missingFrom(next, previous)];
    if (added.length === 0 && removed.length === 0) return;
    tell({ change: "changed", keys: factsOfAll(next), added, removed });
  }

  return {
    adopted(previous, next) {
      const [isFirst, isBack] = [!hasLoaded, isFailing];
      hasLoaded = true;
      isFailing = false;
      if (!isObserved("usher:keys")) return;
      if (isFirst) return tell({ change: "loaded", keys: factsOfAll(next) });
      if (isBack) tell({ change: "recovered", keys: factsOfAll(next) });
      compared(previous, next);
    },
    dropped(previous) {
      if (isObserved("usher:keys")) compared(previous, undefined);
    },
    failed(current, error) {
      if (!hasLoaded || isFailing) return;
      isFailing = true;
      if (!isObserved("usher:keys")) return;
      tell({ change: "failed", keys: factsOfAll(current), reason: printable(explain(error), longestText) });
    },
  };
}

/** A key without its value. A published `kid` is another server's text. */
export function factsOf({ algorithm, kid, version }: VerificationKey): KeyFacts {
  return Object.freeze({
    algorithm,
    ...(kid !== undefined && { kid: printable(kid, longestText) }),
    ...(version !== undefined && { version }),
  });
}

function factsOfAll(keys: NamedKeys | undefined): readonly KeyFacts[] {
  return Object.freeze([...(keys?.byName.values() ?? [])].map(factsOf));
}

/** The keys of `next` that `previous` lacks. */
function missingFrom(previous: NamedKeys | undefined, next: NamedKeys | undefined): readonly KeyFacts[] {
  const found = [...(next?.byName ?? [])].filter(([name, key]) => previous?.byName.get(name) !== key);
  return Object.freeze(found.map(([, key]) => factsOf(key)));
}
