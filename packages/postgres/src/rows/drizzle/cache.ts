import type { Cache, MutationOption } from "drizzle-orm/cache/core";

/**
 * A query cache that hears of writes, so that it drops outdated results, and is never read: its key is the
 * text and values of a query, which are the same for every principal.
 */
export function cacheForWrites(cache: unknown): object | undefined {
  if (cache === undefined) return undefined;
  const { onMutate } = cache as Pick<Cache, "onMutate">;
  return {
    strategy: () => "explicit",
    get: async () => undefined,
    put: async () => {},
    onMutate: (mutation: MutationOption) => onMutate.call(cache as Cache, mutation),
  };
}
