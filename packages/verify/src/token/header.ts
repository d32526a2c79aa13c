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

/** The `typ` of OAuth 2.0 access tokens (RFC 9068 section 2.1). */
export const accessTokenType = "at+jwt";

/** Which types of token are accepted. */
export interface AcceptedTypes {
  /** The `typ` of session tokens, as {@link mediaType} returns it; undefined accepts `JWT` or none. */
  readonly typ: string | undefined;
  /** Whether access tokens ({@link accessTokenType}) are accepted too. */
  readonly accessTokens: boolean;
}

/**
 * Header parameters that change the meaning of the token. None is supported, so each is rejected (RFC 7515
 * section 4.1.11).
 */
const refusedParameters = ["crit", "b64", "zip", "enc"] as const;

/**
 * Reads the header. Never uses `jwk`, `jku`, `x5u` or `x5c`: a token must not bring its own key.
 *
 * @throws {AuthError} `token_malformed`, `token_unsupported`.
 */
export function readHeader(bytes: Uint8Array, accepted: AcceptedTypes): UnverifiedHeader {
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
  checkTyp(typ, accepted);
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
function checkTyp(typ: string | undefined, { typ: expected, accessTokens }: AcceptedTypes): void {
  const actual = typ === undefined ? undefined : mediaType(typ);
  if (expected === undefined ? actual === undefined || actual === "jwt" : actual === expected) return;
  if (accessTokens && actual === accessTokenType) return;
  const found = actual === undefined ? "absent" : quote(actual);
  const others = accessTokens ? `, or ${accessTokenType}` : "";
  throw new AuthError("token_unsupported", {
    hint: `the header's \`typ\` is ${found}, expected ${expected ?? "JWT or none"}${others}${explainType(actual)}`,
  });
}

function explainType(actual: string | undefined): string {
  if (actual?.includes("session-cache"))
    return ": this is Better Auth's cookie cache, not a token for an API";
  if (actual === accessTokenType) return ": accept OAuth access tokens with the verifier's `accessTokens`";
  return "";
}

/** Whether the rules of access tokens are the token's, instead of those of session tokens. */
export function isAccessToken({ typ }: UnverifiedHeader): boolean {
  return typ !== undefined && mediaType(typ) === accessTokenType;
}

/** RFC 7515 section 4.1.9: case-insensitive, and `application/` is optional. */
export function mediaType(typ: string): string {
  const lower = typ.toLowerCase();
  return lower.startsWith("application/") ? lower.slice("application/".length) : lower;
}

function malformedHeader(reason: string): AuthError {
  return new AuthError("token_malformed", { hint: `the token's header ${reason}` });
}
