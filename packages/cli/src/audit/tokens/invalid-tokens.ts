import { readUnverified } from "../../input/unverified-jwt.ts";

/** A token that an attacker without a key can derive from a valid one. */
export interface InvalidToken {
  /** What was changed, for reports. */
  readonly says: string;
  readonly token: string;
}

/** The token with a signature that does not match: changed, removed, or over other claims. */
export function tamperedTokens(token: string): InvalidToken[] {
  const [header = "", claims = "", signature = ""] = token.split(".");
  return [
    { says: "one character of the signature changed", token: `${header}.${claims}.${changed(signature)}` },
    { says: "the signature removed", token: `${header}.${claims}.` },
    { says: "a claim added, with the old signature", token: `${header}.${withClaim(token)}.${signature}` },
  ];
}

/**
 * The token without a signature (RFC 7519 section 6), with the spellings of `none` that careless checks
 * accept.
 */
export function unsignedTokens(token: string): InvalidToken[] {
  const [, claims = "", signature = ""] = token.split(".");
  const header = readUnverified(token)?.header;
  return [
    ...["none", "None", "NONE", "nOnE"].map((alg) => ({
      says: `\`alg\` is "${alg}", without a signature`,
      token: `${segment({ ...header, alg })}.${claims}.`,
    })),
    {
      says: '`alg` is "none", with the old signature',
      token: `${segment({ ...header, alg: "none" })}.${claims}.${signature}`,
    },
  ];
}

/** Changes a character in the middle: some bits of the last one are ignored (RFC 4648 section 3.5). */
function changed(signature: string): string {
  const middle = Math.floor((signature.length - 1) / 2);
  return signature.slice(0, middle) + (signature[middle] === "A" ? "B" : "A") + signature.slice(middle + 1);
}

function withClaim(token: string): string {
  return segment({ ...readUnverified(token)?.claims, audited: true });
}

function segment(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
