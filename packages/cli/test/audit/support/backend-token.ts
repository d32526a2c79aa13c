import { createHmac, timingSafeEqual } from "node:crypto";

/** A flaw in the verification of tokens. */
export type TokenFlaw = "accepts alg none" | "accepts expired tokens" | "throws at garbage";

/** Verifies an HS256 token without a library. Returns the user's id, or undefined. */
export function userIn(authorization: string | undefined, secret: string, flaw?: string): string | undefined {
  const [, token] = /^Bearer (\S+)$/.exec(authorization ?? "") ?? [];
  if (token === undefined) return undefined;
  const [header = "", payload = "", signature = ""] = token.split(".");
  if (flaw === ("throws at garbage" satisfies TokenFlaw)) JSON.parse(text(header));

  const { alg } = object(header);
  const isUnsigned = flaw === ("accepts alg none" satisfies TokenFlaw) && alg === "none" && signature === "";
  const expected = createHmac("sha256", secret).update(`${header}.${payload}`).digest();
  const given = Buffer.from(signature, "base64url");
  const isSigned = alg === "HS256" && given.length === expected.length && timingSafeEqual(given, expected);
  if (!isSigned && !isUnsigned) return undefined;

  const { sub, exp } = object(payload);
  const isExpired = typeof exp !== "number" || exp * 1000 <= Date.now();
  if (isExpired && flaw !== ("accepts expired tokens" satisfies TokenFlaw)) return undefined;
  return typeof sub === "string" ? sub : undefined;
}

function text(segment: string): string {
  return Buffer.from(segment, "base64url").toString("utf8");
}

function object(segment: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text(segment));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
