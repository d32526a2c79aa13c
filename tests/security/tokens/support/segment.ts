import { createHmac } from "node:crypto";

/** A segment of a compact JWS (RFC 7515 section 7.1) with any text or bytes. */
export function segment(content: string | Uint8Array): string {
  return Buffer.from(content as string).toString("base64url");
}

/** Signs any segments with HS256. */
export function signByHand(header: string, payload: string, secret: string): string {
  const input = `${header}.${payload}`;
  return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
}
