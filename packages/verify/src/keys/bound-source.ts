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
 * A key source as a verifier uses it. What is decided by was read once, and nothing in it throws but
 * `candidates`, whatever the source does: it may be of the application's own making.
 */
export interface BoundSource {
  readonly algorithms: ReadonlySet<string>;
  /** Whose tokens its keys vouch for: those that it is bound to, or else every issuer of the verifier. */
  readonly issuers: readonly string[];
  candidates(header: UnverifiedHeader): readonly VerificationKey[];
  keys(): readonly VerificationKey[];
  description(): string | undefined;
  readonly remote: BoundRemote | undefined;
}

/** {@link RemoteKeys} whose `refresh` ends in time, and resolves to what kept newer keys away. */
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
 * The sources of a verifier, checked and bound to its issuers.
 *
 * @throws {ConfigurationError} No source, or none that could be one; issuers that do not go with those of the
 *   verifier.
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
      if (ignorePromise(keys)) throw new Error("candidates returned a promise, and must answer at once");
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
    // In place and not by `attempt`: every request comes by here.
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

/** Whether a source's own code runs at the moment. */
interface Turn {
  isTaken: boolean;
}

/** A source that calls the verifier from within would be called by it again, without an end. */
function inTurn<Result>(turn: Turn, call: () => Result): Result {
  if (turn.isTaken) throw new Error("it calls the verifier that asks it");
  turn.isTaken = true;
  try {
    return call();
  } finally {
    turn.isTaken = false;
  }
}

/** What a failure of a source's means for a token: that nobody can say now whether it is good. */
export function unavailable(error: unknown): AuthError {
  if (isAuthError(error) && error.code === "keys_unavailable") return error;
  return new AuthError("keys_unavailable", { hint: `a key source failed: ${explain(error)}`, cause: error });
}

/** What is asked in passing must not fail the request: the keys decide. */
function attempt<Result>(turn: Turn, call: () => Result, otherwise: Result): Result {
  try {
    const result = inTurn(turn, call);
    return ignorePromise(result) ? otherwise : result;
  } catch {
    return otherwise;
  }
}
