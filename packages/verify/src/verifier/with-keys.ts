import { isAuthError } from "../errors.ts";
import type { KeyResolver, Search } from "../keys/key-resolver.ts";
import type { WaitUntil } from "../keys/key-source.ts";

/** Verifies a token with the loaded keys. */
type Verify<Result> = (token: string, waitUntil?: WaitUntil) => Result;

/**
 * Verifies with the loaded keys, and again with newer ones if those do not suffice. Synchronous unless keys
 * must be fetched: a promise per request would cost more than the lookup of a cached token.
 */
export function verifyWithKeys<Result>(
  keys: KeyResolver,
  verify: Verify<Result>,
  token: string,
  waitUntil?: WaitUntil,
): Result | Promise<Result> {
  // After a long time without requests, fetch newer keys first. If that fails, use the loaded ones.
  if (keys.overdue()) return keys.refresh().then(() => verifyOrSearch(keys, verify, token, waitUntil));
  return verifyOrSearch(keys, verify, token, waitUntil);
}

function verifyOrSearch<Result>(
  keys: KeyResolver,
  verify: Verify<Result>,
  token: string,
  waitUntil: WaitUntil | undefined,
): Result | Promise<Result> {
  try {
    return verify(token, waitUntil);
  } catch (error) {
    const search = keys.search(error);
    if (search === undefined) throw error;
    return verifyWithNewerKeys(keys, verify, token, search);
  }
}

/**
 * A key is unknown only after a fetch that began later than the request, and unavailable if there was none.
 */
async function verifyWithNewerKeys<Result>(
  keys: KeyResolver,
  verify: Verify<Result>,
  token: string,
  search: Promise<Search>,
): Promise<Result> {
  let found = await search;
  try {
    return verify(token);
  } catch (error) {
    const again = found.isOld ? keys.search(error) : undefined;
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
