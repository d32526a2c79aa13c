import { ConfigurationError } from "../errors.ts";
import { integerWithin, stringList } from "../option-values.ts";
import type { UnverifiedHeader } from "../token/header.ts";
import { within } from "../user-code/deadline.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import { type BoundRemote, markSource } from "./bound-source.ts";
import { failedSource } from "./failed-source.ts";
import type { KeySource, KeyStatus, RemoteKeys } from "./key-source.ts";
import type { Algorithm } from "./signature.ts";
import { waiting } from "./waiting.ts";

/**
 * Creates a key source from your own code, such as keys in a hardware module.
 *
 * Reads and validates `algorithms`, `issuers` and `remote` once. Whatever the code does later, it can only
 * cause `keys_unavailable`: if it throws, returns a promise, or calls the verifier that is calling it. Does
 * not check that `verify` of a key is right: the key decides which tokens are accepted.
 *
 * @param source Its functions are called as its methods.
 * @throws {ConfigurationError} Missing functions, or an invalid value.
 * @example
 * ```ts
 * import { createHmac, timingSafeEqual } from "node:crypto";
 * import { keySource, type VerificationKey } from "@usher-auth/verify/keys";
 *
 * export function hardwareKey(sign: (data: Uint8Array) => Uint8Array) {
 *   const key: VerificationKey = {
 *     algorithm: "HS256",
 *     verify: (signed, signature) => signature.length === 32 && timingSafeEqual(sign(signed), signature),
 *   };
 *   return keySource({ algorithms: new Set(["HS256"]), candidates: () => [key], keys: () => [key] });
 * }
 *
 * export const keys = hardwareKey((data) => createHmac("sha256", "the module's secret").update(data).digest());
 * ```
 */
export function keySource(source: KeySource): KeySource {
  if (typeof source?.candidates !== "function")
    throw new ConfigurationError("keys: a key source needs a function `candidates`.");
  const { issuers, remote } = source;
  const turn = { isTaken: false };
  const safe = {
    algorithms: readAlgorithms(source.algorithms),
    issuers:
      issuers === undefined
        ? undefined
        : stringList(issuers, "keys: a key source's `issuers` must be a list of non-empty strings."),
    candidates: (header: UnverifiedHeader) => {
      const keys = inTurn(turn, () => source.candidates(header));
      if (ignorePromise(keys)) throw new Error("candidates returned a promise; it must be synchronous");
      return keys;
    },
    keys: () => {
      const keys: unknown = attempt(turn, () => source.keys?.());
      return Array.isArray(keys) ? keys : [];
    },
    description: () => {
      const description: unknown = attempt(turn, () => source.description?.());
      return typeof description === "string" ? description : undefined;
    },
  };
  return markSource(
    { ...safe, ...(remote && { remote }) },
    { ...safe, remote: remote && bindRemote(remote, turn) },
  );
}

function readAlgorithms(algorithms: ReadonlySet<Algorithm> | undefined): ReadonlySet<Algorithm> {
  if (typeof algorithms?.has === "function" && algorithms.size > 0) return new Set(algorithms);
  throw new ConfigurationError(
    "keys: a key source's `algorithms` must be a Set of names, such as new Set(['ES256']).",
  );
}

const usualTimeout = 5000;
const missing: KeyStatus = { state: "missing" };
const states: ReadonlySet<unknown> = new Set<KeyStatus["state"]>(["missing", "stale", "fresh"]);
const needed = ["maintain", "overdue", "unavailable", "refresh", "status"] as const;

function bindRemote(remote: RemoteKeys, turn: Turn): BoundRemote {
  const absent = needed.find((name) => typeof remote[name] !== "function");
  if (absent !== undefined)
    throw new ConfigurationError(`keys: a key source's \`remote\` has no ${absent}().`);
  const timeout = integerWithin(
    remote.timeout ?? usualTimeout,
    "keys: a key source's remote.timeout",
    1,
    600_000,
  );
  return {
    // Inline, without `attempt`: every request calls it.
    maintain: (waitUntil) => {
      if (turn.isTaken) return;
      turn.isTaken = true;
      try {
        ignorePromise(remote.maintain(waitUntil));
      } catch {
      } finally {
        turn.isTaken = false;
      }
    },
    overdue: () => {
      if (turn.isTaken) return false;
      turn.isTaken = true;
      try {
        const isOverdue: unknown = remote.overdue();
        ignorePromise(isOverdue);
        return isOverdue === true;
      } catch {
        return false;
      } finally {
        turn.isTaken = false;
      }
    },
    unavailable: () => {
      try {
        const error = inTurn(turn, () => remote.unavailable());
        ignorePromise(error);
        return error === undefined ? undefined : failedSource(error);
      } catch (error) {
        return failedSource(error);
      }
    },
    refreshing: () => attempt(turn, () => remote.refreshing?.()) === true,
    refresh: () =>
      within(timeout, () => inTurn(turn, () => remote.refresh())).then(() => undefined, failedSource),
    status: () => {
      const status = attempt(turn, () => remote.status());
      return states.has(status?.state) ? (status as KeyStatus) : missing;
    },
    waiting,
  };
}

/** Whether the source's own code is running. */
interface Turn {
  isTaken: boolean;
}

/** Prevents endless recursion: a source must not call the verifier that is calling it. */
function inTurn<Result>(turn: Turn, call: () => Result): Result {
  if (turn.isTaken) throw new Error("it calls the verifier that is calling it");
  turn.isTaken = true;
  try {
    return call();
  } finally {
    turn.isTaken = false;
  }
}

/** Optional information must not fail the request: it is undefined then. */
function attempt<Result>(turn: Turn, call: () => Result): Result | undefined {
  try {
    const result = inTurn(turn, call);
    return ignorePromise(result) ? undefined : result;
  } catch {
    return undefined;
  }
}
