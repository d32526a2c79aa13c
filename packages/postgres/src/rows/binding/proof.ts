import { createHash, createHmac } from "node:crypto";
import type { BoundPrincipal } from "./principal.ts";

/**
 * Proves to the database that this process has bound a principal: a MAC that injected SQL cannot make, because
 * only this process and the function `usher.user_id()` know the key. Without a key there is no proof.
 *
 * The form is `<key id>.<MAC in hex>`; `usher.user_id()` and `usher.org_id()` check it once per statement.
 */
export function proofOf({ userId, orgId }: BoundPrincipal, key: Uint8Array): string {
  // Lengths make the message unambiguous: no two principals have the same one.
  const message = `${Buffer.byteLength(userId)}:${userId}${Buffer.byteLength(orgId)}:${orgId}`;
  return `${principalKeyId(key)}.${createHmac("sha256", key).update(message).digest("hex")}`;
}

/** Names a key without revealing it: 16 hex digits of its SHA-256. */
export function principalKeyId(key: Uint8Array): string {
  return createHash("sha256").update("usher principal key").update(key).digest("hex").slice(0, 16);
}
