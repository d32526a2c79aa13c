/**
 * `cache: "no-store"`, for a server whose `fetch` has a cache that its users share, such as the one of Next.js.
 * Empty where `Request` throws for the member, as in Workers with an early compatibility date: they have no
 * such cache.
 */
export function noStore(): { cache?: "no-store" } {
  const init = { cache: "no-store" } as const;
  try {
    new Request("https://cache.invalid/", init);
    return init;
  } catch {
    return {};
  }
}
