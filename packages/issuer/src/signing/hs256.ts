import { createHmac, type KeyObject } from "node:crypto";
import { IssuerError } from "../errors.ts";

/** RFC 7515 section 4.1.1 and 4.1.9. The same for every token of a kind, so it is encoded once. */
const headers: Readonly<Record<"JWT" | "logout+jwt", string>> = {
  JWT: encode({ alg: "HS256", typ: "JWT" }),
  "logout+jwt": encode({ alg: "HS256", typ: "logout+jwt" }),
};

/**
 * What `@usher-auth/verify` accepts unless told otherwise, and what fits a request header of the usual
 * servers.
 */
const longestToken = 8192;

/**
 * A compact JWS (RFC 7515 section 7.1) over the payload, by HMAC SHA-256.
 *
 * @throws {IssuerError} when the token would be longer than 8192 characters: APIs would refuse it
 */
export function signHs256(
  payload: Record<string, unknown>,
  key: KeyObject,
  typ: keyof typeof headers = "JWT",
): string {
  const signed = `${headers[typ]}.${encode(payload)}`;
  const token = `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
  requireLength(token);
  return token;
}

/** @throws {IssuerError} when the token is longer than 8192 characters */
export function requireLength(token: string): void {
  if (token.length <= longestToken) return;
  throw new IssuerError(
    `usherJwt: the token would have ${token.length} characters and APIs accept 8192. Return less from claims.`,
  );
}

function encode(value: Record<string, unknown>): string {
  return Buffer.from(JSON.stringify(value), "utf8").toString("base64url");
}
