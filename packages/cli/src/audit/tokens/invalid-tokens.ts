import { readUnverified } from "../../input/unverified-jwt.ts";

/** What somebody without a key can make of a token. */
export interface Forgery {
  /** What was done, for reports. */
  readonly says: string;
  readonly token: string;
}

/** The token with a signature that is not its own: changed, taken away, or under other claims. */
export function tamperedTokens(token: string): Forgery[] {
  const [header = "", claims = "", signature = ""] = token.split(".");
  return [
    { says: "one character of the signature changed", token: `${header}.${claims}.${changed(signature)}` },
    { says: "the signature taken away", token: `${header}.${claims}.` },
    { says: "a claim added under the old signature", token: `${header}.${withClaim(token)}.${signature}` },
  ];
}

/**
 * The token as an unsigned one (RFC 7519 section 6), in every spelling of `none` that careless checks let
 * through.
 */
export function unsignedTokens(token: string): Forgery[] {
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

/** Not the last character: of its six bits some are spare (RFC 4648 section 3.5). */
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
