import { type Document, isMembers, membersOf } from "./document.ts";

/**
 * Whether the document describes an endpoint for logout tokens (OpenID Connect Back-Channel Logout 1.0), by
 * the usual name: the API then rejects the tokens of sessions that have ended.
 */
export function hasLogoutEndpoint({ root }: Document): boolean {
  return Object.entries(membersOf(root.paths)).some(
    ([path, item]) => path.endsWith("/backchannel-logout") && isMembers(item) && isMembers(item.post),
  );
}
