import { createHmac } from "node:crypto";

/**
 * A token with exactly these texts or bytes, signed with HS256: for content that no honest issuer writes.
 */
export function signed(secret: string, header: string | Uint8Array, payload: string | Uint8Array): string {
  const input = [header, payload].map((part) => Buffer.from(part as string).toString("base64url")).join(".");
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
