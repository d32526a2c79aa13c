import { AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { explain } from "../log-text.ts";
import { integerWithin, stringList } from "../option-values.ts";
import type { UnverifiedHeader } from "../token/header.ts";
import { within } from "../user-code/deadline.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import { checkIssuers } from "./issuers.ts";
import type { KeySource, KeyStatus, RemoteKeys, WaitUntil } from "./key-source.ts";
import type { VerificationKey } from "./signature.ts";

/**
 * A key source, validated and safe to call. Its values were read once, and only `candidates` throws, whatever
 * the source does: it may be the application's own.
 */
export interface BoundSource {
  readonly algorithms: ReadonlySet<string>;
  /** The issuers that its keys vouch for: its own `issuers`, or every issuer of the verifier. */
  readonly issuers: readonly string[];
  candidates(header: UnverifiedHeader): readonly VerificationKey[];
  keys(): readonly VerificationKey[];
  description(): string | undefined;
  readonly remote: BoundRemote | undefined;
}

/** {@link RemoteKeys} whose `refresh` always settles, and resolves to the error that prevented newer keys. */
export interface BoundRemote {
  maintain(waitUntil?: WaitUntil): void;
  overdue(): boolean;
  unavailable(): AuthError | undefined;
  refreshing(): boolean;
  refresh(): Promise<AuthError | undefined>;
  status(): KeyStatus;
}

const advice = "keys: give sharedSecret(...), remoteJwks(...), localJwks(...), or a list of them.";

/**
 * Validates the sources of a verifier and binds them to its issuers.
 *
 * @throws {ConfigurationError} No source, an invalid one, or issuers that are not the verifier's.
 */
export function bindSources(
  keys: KeySource | readonly KeySource[],
  issuers: readonly string[],
): readonly BoundSource[] {
  const sources: readonly KeySource[] = Array.isArray(keys) ? [...keys] : [keys];
  if (sources.length === 0) throw new ConfigurationError(advice);
  const bound = sources.map(bind);
  checkIssuers(
    bound.map((source) => source.issuers),
    issuers,
  );
  return bound.map((source) => ({ ...source, issuers: source.issuers ?? issuers }));
}

function bind(
  source: KeySource,
): Omit<BoundSource, "issuers"> & { readonly issuers: readonly string[] | undefined } {
  if (typeof source?.candidates !== "function") throw new ConfigurationError(advice);
  const { issuers, remote } = source;
  const turn = { isTaken: false };
  return {
    algorithms: readAlgorithms(source.algorithms),
    issuers:
      issuers === undefined
        ? undefined
        : stringList(issuers, "keys: a key source's `issuers` must be a list of non-empty strings."),
    candidates: (header) => {
      const keys = inTurn(turn, () => source.candidates(header));
      if (ignorePromise(keys)) throw new Error("candidates returned a promise; it must be synchronous");
      return keys;
    },
    keys: () => {
      const keys: unknown = attempt(turn, () => source.keys?.(), undefined);
      return Array.isArray(keys) ? keys : [];
    },
    description: () => {
      const description: unknown = attempt(turn, () => source.description?.(), undefined);
      return typeof description === "string" ? description : undefined;
    },
    remote: remote && bindRemote(remote, turn),
  };
}

function readAlgorithms(algorithms: ReadonlySet<string> | undefined): ReadonlySet<string> {
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
        return error === undefined ? undefined : unavailable(error);
      } catch (error) {
        return unavailable(error);
      }
    },
    refreshing: () => attempt(turn, () => remote.refreshing?.(), false) === true,
    refresh: () =>
      within(timeout, () => inTurn(turn, () => remote.refresh())).then(() => undefined, unavailable),
    status: () => {
      const status = attempt<KeyStatus | undefined>(turn, () => remote.status(), undefined);
      return states.has(status?.state) ? (status as KeyStatus) : missing;
    },
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

/** The error of a failed source: nobody can say now whether the token is valid. */
export function unavailable(error: unknown): AuthError {
  if (isAuthError(error) && error.code === "keys_unavailable") return error;
  return new AuthError("keys_unavailable", { hint: `a key source failed: ${explain(error)}`, cause: error });
}

/** Optional information must not fail the request. */
function attempt<Result>(turn: Turn, call: () => Result, otherwise: Result): Result {
  try {
    const result = inTurn(turn, call);
    return ignorePromise(result) ? otherwise : result;
  } catch {
    return otherwise;
  }
}
