import { createHash, createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { BoundPrincipal } from "./principal.ts";

/**
 * Proves to the database that this process has bound a principal: a MAC that injected SQL cannot make,
 * because only this process and the function `usher.user_id()` know the key. Without a key there is no proof.
 *
 * The form is `<key id>.<MAC in hex>`; `usher.user_id()` and `usher.org_id()` check it once per statement.
 */
export function proofOf({ userId, orgId }: BoundPrincipal, key: Uint8Array): string {
  // Lengths make the message unambiguous: no two principals have the same one.
  const { id, secret } = preparedKey(key);
  const message = `${Buffer.byteLength(userId)}:${userId}${Buffer.byteLength(orgId)}:${orgId}`;
  return `${id}.${createHmac("sha256", secret).update(message).digest("hex")}`;
}

const preparedKeys = new WeakMap<Uint8Array, { readonly id: string; readonly secret: KeyObject }>();

/** A key in the form that is fastest to use, made once: options hold a copy of it that does not change. */
function preparedKey(key: Uint8Array): { readonly id: string; readonly secret: KeyObject } {
  let prepared = preparedKeys.get(key);
  if (prepared === undefined) {
    prepared = { id: principalKeyId(key), secret: createSecretKey(key) };
    preparedKeys.set(key, prepared);
  }
  return prepared;
}

/** Names a key without revealing it: 16 hex digits of its SHA-256. */
export function principalKeyId(key: Uint8Array): string {
  return createHash("sha256").update("usher principal key").update(key).digest("hex").slice(0, 16);
}
