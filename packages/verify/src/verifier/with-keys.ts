import { isAuthError } from "../errors.ts";
import type { KeyResolver, Search } from "../keys/key-resolver.ts";
import type { WaitUntil } from "../keys/key-source.ts";

/** Verifies a token with the keys at hand. */
type Verify<Result> = (token: string, waitUntil?: WaitUntil) => Result;

/**
 * Verifies with the keys at hand, and where those will not do, once more with newer ones. Synchronous unless
 * keys must be fetched: a promise for each request would cost more than a remembered token does.
 */
export function verifyWithKeys<Result>(
  keys: KeyResolver,
  verify: Verify<Result>,
  token: string,
  waitUntil?: WaitUntil,
): Result | Promise<Result> {
  // Keys that nobody asked for in a long time: newer ones first. Failing that, those at hand.
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
 * A key is called unknown once it was looked for since the token came, and unavailable where it could not be.
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
