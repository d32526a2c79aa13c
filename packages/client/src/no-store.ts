import { requestsTake } from "./request-members.ts";

/**
 * `cache: "no-store"`, for a server whose `fetch` has a cache that its users share, such as the one of
 * Next.js. Empty where requests do not take it: there is no such cache.
 */
export function noStore(): { cache?: "no-store" } {
  const members = { cache: "no-store" } as const;
  return requestsTake(members) ? members : {};
}
