import { type AuthError, ConfigurationError } from "../errors.ts";
import type { UnverifiedHeader } from "../token/header.ts";
import { checkIssuers } from "./issuers.ts";
import type { KeySource, KeyStatus, WaitUntil } from "./key-source.ts";
import type { VerificationKey } from "./signature.ts";

/**
 * The property with the {@link BoundSource} of a key source. It is not in the type of a key source.
 *
 * The symbol is registered, so that a second copy of the package finds it. The number is the version of
 * {@link BoundSource}: a copy with another version finds nothing.
 */
const bound: unique symbol = Symbol.for("usher-auth.key-source.1");

/** A key source, validated and safe to call: only `candidates` throws. */
export interface BoundSource {
  readonly algorithms: ReadonlySet<string>;
  /** The issuers that its keys vouch for; undefined: whichever issuers its verifier accepts. */
  readonly issuers: readonly string[] | undefined;
  candidates(header: UnverifiedHeader): readonly VerificationKey[];
  keys(): readonly VerificationKey[];
  description?(): string | undefined;
  readonly remote?: BoundRemote | undefined;
}

/** `RemoteKeys` whose `refresh` always settles, and resolves to the error that prevented newer keys. */
export interface BoundRemote {
  maintain(waitUntil?: WaitUntil): void;
  overdue(): boolean;
  unavailable(): AuthError | undefined;
  refreshing(): boolean;
  refresh(): Promise<AuthError | undefined>;
  status(): KeyStatus;
  /** How a verifier waits for newer keys. Here, so that a bundle without remote sources omits it. */
  readonly waiting: Waiting;
}

/** The remote sources of a verifier. */
export interface BoundRemotes {
  readonly all: readonly BoundRemote[];
  /** The sources that may get the key which a token lacked, by the error of that token. */
  lacking(error: unknown): readonly BoundRemote[] | undefined;
}

/** Verifies a token with the loaded keys. */
export type Verify<Result> = (token: string, waitUntil?: WaitUntil) => Result;

/** How a verifier with remote sources waits for keys. */
export interface Waiting {
  verifyWithKeys<Result>(
    remotes: BoundRemotes,
    verify: Verify<Result>,
    token: string,
    waitUntil?: WaitUntil,
  ): Result | Promise<Result>;
  /** @throws {AuthError} `keys_unavailable`: a source has no keys, and could not load them. */
  loadMissing(remotes: BoundRemotes): Promise<void>;
}

/**
 * Marks a source as safe to call. The mark is not enumerable and the source is frozen: a changed copy, such
 * as `{ ...sharedSecret(secret), candidates }`, is not marked.
 */
export function markSource(source: KeySource, safe: BoundSource): KeySource {
  return Object.freeze(Object.defineProperty(source, bound, { value: safe }));
}

const advice =
  "keys: give sharedSecret(...), remoteJwks(...), localJwks(...), keySource(...) of @usher-auth/verify/keys, or a list of them.";

/**
 * Binds the key sources of a verifier to its issuers.
 *
 * @param issuers Of session tokens and access tokens.
 * @throws {ConfigurationError} No source, one that no function of this package created, or issuers that are
 *   not the verifier's.
 */
export function bindSources(
  keys: KeySource | readonly KeySource[],
  issuers: readonly string[],
): readonly BoundSource[] {
  const list: readonly KeySource[] = Array.isArray(keys) ? keys : [keys];
  const sources = list.flatMap((source) => safeSource(source) ?? []);
  if (sources.length === 0 || sources.length < list.length) throw new ConfigurationError(advice);
  checkIssuers(
    sources.map((source) => source.issuers),
    issuers,
  );
  // A copy: the set of a source can be changed.
  return sources.map((source) => ({ ...source, algorithms: new Set(source.algorithms) }));
}

/** Undefined if the source has no mark. An inherited one does not count: the object may override functions. */
function safeSource(source: KeySource & { readonly [bound]?: BoundSource }): BoundSource | undefined {
  return source && Object.hasOwn(source, bound) ? source[bound] : undefined;
}
