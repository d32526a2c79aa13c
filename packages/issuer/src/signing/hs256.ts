import { createHmac, type KeyObject } from "node:crypto";
import { requireLength } from "../token/token-length.ts";

/** RFC 7515 sections 4.1.1 and 4.1.9. Encoded once, since all tokens of a type have the same header. */
const headers: Readonly<Record<"JWT" | "logout+jwt", string>> = {
  JWT: encode({ alg: "HS256", typ: "JWT" }),
  "logout+jwt": encode({ alg: "HS256", typ: "logout+jwt" }),
};

/**
 * Signs a payload with HMAC SHA-256 as a compact JWS (RFC 7515 section 7.1).
 *
 * @throws {IssuerError} when the token would be longer than 8192 characters: APIs would reject it
 */
export function signHs256(
  payload: Record<string, unknown>,
  key: KeyObject,
  typ: keyof typeof headers = "JWT",
): string {
  const signingInput = `${headers[typ]}.${encode(payload)}`;
  const token = `${signingInput}.${createHmac("sha256", key).update(signingInput).digest("base64url")}`;
  requireLength(token);
  return token;
}

function encode(value: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}
