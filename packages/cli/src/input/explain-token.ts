import { instantInWords } from "../output/duration.ts";
import { describeKind } from "./token-kind.ts";
import { readUnverified, type UnverifiedJwt } from "./unverified-jwt.ts";

/** Common claims that are times. */
const instants = ["iat", "nbf", "exp", "auth_time"];

/** What a token says, for people. Nothing is verified. */
export interface ExplainedToken extends UnverifiedJwt {
  readonly verified: false;
  readonly kind: string;
  /** Each claim that is a time, as a date and as its distance from now. */
  readonly times: Readonly<Record<string, string>>;
}

/**
 * Explains a token, with or without `Bearer` in front. Verifies nothing.
 *
 * @param now Seconds since 1970.
 * @returns undefined if it is not a JWT.
 */
export function explainToken(text: string, now: number): ExplainedToken | undefined {
  const jwt = readUnverified(withoutScheme(text));
  if (jwt === undefined) return undefined;
  const times = instants.flatMap((name) => {
    const value = jwt.claims[name];
    return typeof value === "number" ? [[name, instantInWords(value, now)] as const] : [];
  });
  return { verified: false, kind: describeKind(jwt), ...jwt, times: Object.fromEntries(times) };
}

/** The token alone, of a text that may be a whole header. */
export function withoutScheme(text: string): string {
  return text.trim().replace(/^(?:authorization: *)?bearer +/i, "");
}
