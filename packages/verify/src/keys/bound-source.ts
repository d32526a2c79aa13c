import { within } from "../deadline.ts";
import { AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import type { UnverifiedHeader } from "../header.ts";
import { integerWithin } from "../range.ts";
import type { VerificationKey } from "../signature.ts";
import { stringList } from "../string-list.ts";
import { explain } from "./explain.ts";
import { checkIssuers } from "./issuers.ts";
import type { KeySource, KeyStatus, RemoteKeys, WaitUntil } from "./source.ts";

/**
 * A key source as a verifier uses it. What is decided by was read once, and nothing in it throws but `candidates`, whatever
 * the source does: it may be of the application's own making.
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
 * @throws {ConfigurationError} No source, or none that could be one; issuers that do not go with those of the verifier.
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

function bind(source: KeySource): Omit<BoundSource, "issuers"> & { readonly issuers: readonly string[] | undefined } {
  if (typeof source?.candidates !== "function") throw new ConfigurationError(advice);
  const { issuers, remote } = source;
  return {
    algorithms: readAlgorithms(source.algorithms),
    issuers: issuers && stringList(issuers, "keys: a key source's `issuers` must be a list of non-empty strings."),
    candidates: (header) => source.candidates(header),
    keys: () => attempt(() => source.keys?.() ?? [], []),
    description: () => attempt(() => source.description?.(), undefined),
    remote: remote && bindRemote(remote),
  };
}

function readAlgorithms(algorithms: ReadonlySet<string> | undefined): ReadonlySet<string> {
  if (typeof algorithms?.has === "function" && algorithms.size > 0) return new Set(algorithms);
  throw new ConfigurationError("keys: a key source's `algorithms` must be a Set of names, such as new Set(['ES256']).");
}

const usualTimeout = 5000;
const needed = ["maintain", "overdue", "unavailable", "refresh", "status"] as const;

function bindRemote(remote: RemoteKeys): BoundRemote {
  const missing = needed.find((name) => typeof remote[name] !== "function");
  if (missing !== undefined) throw new ConfigurationError(`keys: a key source's \`remote\` has no ${missing}().`);
  const timeout = integerWithin(remote.timeout ?? usualTimeout, "keys: a key source's remote.timeout", 1, 600_000);
  return {
    maintain: (waitUntil) => attempt(() => remote.maintain(waitUntil), undefined),
    overdue: () => attempt(() => remote.overdue() === true, false),
    unavailable: () => {
      try {
        const error = remote.unavailable();
        return error === undefined ? undefined : unavailable(error);
      } catch (error) {
        return unavailable(error);
      }
    },
    refreshing: () => attempt(() => remote.refreshing?.() === true, false),
    refresh: () => within(timeout, () => remote.refresh()).then(() => undefined, unavailable),
    status: () => attempt(() => remote.status(), { state: "missing" }),
  };
}

/** What a failure of a source's means for a token: that nobody can say now whether it is good. */
export function unavailable(error: unknown): AuthError {
  if (isAuthError(error) && error.code === "keys_unavailable") return error;
  return new AuthError("keys_unavailable", { hint: `a key source failed: ${explain(error)}`, cause: error });
}

/** What is asked in passing must not fail the request: the keys decide. */
function attempt<Result>(call: () => Result, otherwise: Result): Result {
  try {
    return call();
  } catch {
    return otherwise;
  }
}
