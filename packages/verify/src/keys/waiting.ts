import { type AuthError, isAuthError } from "../errors.ts";
import type { BoundRemote, BoundRemotes, Verify, Waiting } from "./bound-source.ts";
import type { WaitUntil } from "./key-source.ts";

/** The result of fetching newer keys. */
interface Search {
  /** Why newer keys may be missing; undefined if every source answered. */
  readonly unavailable: AuthError | undefined;
  /** Whether it joined a fetch that began before the request, which may lack a newer key. */
  readonly isOld: boolean;
}

/**
 * Verifies with the loaded keys, and again with newer ones if those do not suffice. Synchronous unless keys
 * must be fetched: a promise per request would cost more than the lookup of a cached token.
 */
function verifyWithKeys<Result>(
  remotes: BoundRemotes,
  verify: Verify<Result>,
  token: string,
  waitUntil?: WaitUntil,
): Result | Promise<Result> {
  // After a long time without requests, fetch newer keys first. If that fails, use the loaded ones.
  if (remotes.all.some((remote) => remote.overdue()))
    return refreshAll(remotes.all).then(() => verifyOrSearch(remotes, verify, token, waitUntil));
  return verifyOrSearch(remotes, verify, token, waitUntil);
}

function verifyOrSearch<Result>(
  remotes: BoundRemotes,
  verify: Verify<Result>,
  token: string,
  waitUntil: WaitUntil | undefined,
): Result | Promise<Result> {
  try {
    return verify(token, waitUntil);
  } catch (error) {
    const searching = search(remotes, error);
    if (searching === undefined) throw error;
    return verifyWithNewerKeys(remotes, verify, token, searching);
  }
}

/**
 * A key is unknown only after a fetch that began later than the request, and unavailable if there was none.
 */
async function verifyWithNewerKeys<Result>(
  remotes: BoundRemotes,
  verify: Verify<Result>,
  token: string,
  searching: Promise<Search>,
): Promise<Result> {
  let found = await searching;
  try {
    return verify(token);
  } catch (error) {
    const again = found.isOld ? search(remotes, error) : undefined;
    if (again === undefined) throw finalError(error, found);
    found = await again;
  }
  try {
    return verify(token);
  } catch (error) {
    throw finalError(error, found);
  }
}

function finalError(error: unknown, { unavailable }: Search): unknown {
  return isAuthError(error) && error.code === "key_unknown" ? (unavailable ?? error) : error;
}

/** Fetches the key that a token lacked; undefined if no newer keys could help. */
function search(remotes: BoundRemotes, error: unknown): Promise<Search> | undefined {
  const lacking = remotes.lacking(error);
  if (lacking === undefined) return undefined;
  const isOld = lacking.some((remote) => remote.refreshing());
  return refreshAll(lacking).then((unavailable) => ({ isOld, unavailable }));
}

/** Resolves to the first error. */
async function refreshAll(remotes: readonly BoundRemote[]): Promise<AuthError | undefined> {
  const failures = await Promise.all(remotes.map((remote) => remote.refresh()));
  return failures.find(Boolean);
}

async function loadMissing(remotes: BoundRemotes): Promise<void> {
  const failure = await refreshAll(remotes.all.filter((remote) => remote.status().state === "missing"));
  if (failure !== undefined) throw failure;
}

/** Used by every remote source: see {@link BoundRemote}. */
export const waiting: Waiting = { verifyWithKeys, loadMissing };
