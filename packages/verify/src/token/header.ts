import { AuthError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { type JsonObject, parseJson } from "./json.ts";

/** A token's protected header. Not verified: use it to look for a key, and believe nothing in it. */
export interface UnverifiedHeader {
  readonly alg: string;
  readonly kid?: string | undefined;
  readonly typ?: string | undefined;
}

/**
 * The `typ` of logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.4), which no other kind of
 * token has.
 */
export const logoutTokenType = "logout+jwt";

/**
 * Header parameters that change what the rest means. None is understood here, so each is refused (RFC 7515
 * 4.1.11).
 */
const refusedParameters = ["crit", "b64", "zip", "enc"] as const;

/**
 * Reads the header that the first `length` bytes are. Never looks at `jwk`, `jku`, `x5u` or `x5c`: a token
 * does not bring its own key.
 *
 * @param expectedTyp The only `typ` accepted, as {@link mediaType} writes it; undefined accepts `JWT` or
 *   none.
 * @throws {AuthError} `token_malformed`, `token_unsupported`.
 */
export function readHeader(bytes: Buffer, length: number, expectedTyp: string | undefined): UnverifiedHeader {
  const header = parseJson(bytes, length);
  if (header === undefined) throw malformedHeader("is not a JSON object in UTF-8");

  const { alg } = header;
  if (typeof alg !== "string") throw malformedHeader("has no `alg`");
  for (const name of refusedParameters) {
    if (Object.hasOwn(header, name)) {
      throw new AuthError("token_unsupported", {
        hint: `the header has \`${name}\`, which is not supported`,
      });
    }
  }
  const kid = optionalString(header, "kid");
  const typ = optionalString(header, "typ");
  checkTyp(typ, expectedTyp);
  // It is remembered for other tokens, and key sources of an application's own making get to see it.
  return Object.freeze({ alg, kid, typ });
}

function optionalString(header: JsonObject, name: string): string | undefined {
  const value = header[name];
  if (value !== undefined && typeof value !== "string")
    throw malformedHeader(`has a \`${name}\` that is no string`);
  return value;
}

/**
 * RFC 8725 section 3.11: the type keeps a JWT of another purpose, signed by the same key, from passing for a
 * token.
 */
function checkTyp(typ: string | undefined, expected: string | undefined): void {
  const actual = typ === undefined ? undefined : mediaType(typ);
  const accepted = expected === undefined ? actual === undefined || actual === "jwt" : actual === expected;
  if (accepted) return;
  const found = actual === undefined ? "absent" : quote(actual);
  const cookie = actual?.includes("session-cache")
    ? ": this is Better Auth's cookie cache, not a token for an API"
    : "";
  throw new AuthError("token_unsupported", {
    hint: `the header's \`typ\` is ${found}, expected ${expected ?? "JWT or none"}${cookie}`,
  });
}

/** RFC 7515 section 4.1.9: compared without case, and `application/` may be left out. */
export function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.startsWith("application/") ? lower.slice("application/".length) : lower;
}

function malformedHeader(reason: string): AuthError {
  return new AuthError("token_malformed", { hint: `the token's header ${reason}` });
}
