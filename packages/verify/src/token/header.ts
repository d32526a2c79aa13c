import { AuthError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { type JsonObject, parseJson } from "./json.ts";

/** A token's protected header. Not verified: use it only to find a key. */
export interface UnverifiedHeader {
  readonly alg: string;
  readonly kid?: string | undefined;
  readonly typ?: string | undefined;
}

/**
 * The `typ` of logout tokens, and of no other kind of token (OpenID Connect Back-Channel Logout 1.0 section
 * 2.4).
 */
export const logoutTokenType = "logout+jwt";

/**
 * Header parameters that change the meaning of the token. None is supported, so each is rejected (RFC 7515
 * section 4.1.11).
 */
const refusedParameters = ["crit", "b64", "zip", "enc"] as const;

/**
 * Reads the header. Never uses `jwk`, `jku`, `x5u` or `x5c`: a token must not bring its own key.
 *
 * @param expectedTyp The only accepted `typ`, as {@link mediaType} returns it; undefined accepts `JWT` or
 *   none.
 * @throws {AuthError} `token_malformed`, `token_unsupported`.
 */
export function readHeader(bytes: Uint8Array, expectedTyp: string | undefined): UnverifiedHeader {
  const header = parseJson(bytes);
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
  // Frozen: it is cached for other tokens, and custom key sources get it.
  return Object.freeze({ alg, kid, typ });
}

function optionalString(header: JsonObject, name: string): string | undefined {
  const value = header[name];
  if (value !== undefined && typeof value !== "string")
    throw malformedHeader(`has a \`${name}\` that is not a string`);
  return value;
}

/**
 * RFC 8725 section 3.11: the type prevents a JWT of another purpose, signed by the same key, from being
 * accepted.
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

/** RFC 7515 section 4.1.9: case-insensitive, and `application/` is optional. */
export function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.startsWith("application/") ? lower.slice("application/".length) : lower;
}

function malformedHeader(reason: string): AuthError {
  return new AuthError("token_malformed", { hint: `the token's header ${reason}` });
}
