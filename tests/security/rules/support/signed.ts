import { createHmac } from "node:crypto";

/**
 * A token of exactly these texts or bytes, signed with HS256: for what no issuer of good faith would write.
 */
export function signed(secret: string, header: string | Uint8Array, payload: string | Uint8Array): string {
  const input = [header, payload].map((part) => Buffer.from(part as string).toString("base64url")).join(".");
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
