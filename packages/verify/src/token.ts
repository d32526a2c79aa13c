import { isCanonicalBase64url } from "./base64url.ts";
import { AuthError } from "./errors.ts";
import { type JsonObject, parseJsonSegment } from "./json.ts";
import { explainForm } from "./lookalike.ts";

/** A token's protected header. Not verified: use it to look for a key, and believe nothing in it. */
export interface UnverifiedHeader {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
}

/** The parts of a token that nobody has verified yet (!). The payload is not even decoded. */
export interface UnverifiedToken {
  readonly header: UnverifiedHeader;
  /** The text that the signature is over: header and payload segment with the dot between them (RFC 7515 section 5.1). */
  readonly signingInput: string;
  readonly payloadSegment: string;
  readonly signature: Buffer;
}

/** What {@link parseToken} accepts. */
export interface TokenForm {
  /** The longest token looked at, in characters. */
  readonly maxTokenLength: number;
  /** The only `typ` accepted, in lower case and without `application/`; undefined accepts `JWT` or none. */
  readonly typ: string | undefined;
}

/** Header parameters that change what the rest means. None is understood here, so each is refused (RFC 7515 4.1.11). */
const refusedParameters = ["crit", "b64", "zip", "enc"] as const;

/**
 * Takes a compact JWS apart (RFC 7515 section 7.1), strictly.
 *
 * Checks length, alphabet, segments, canonical base64url, and that the header is a JSON object of a kind that can be
 * verified here. Never looks at `jwk`, `jku`, `x5u` or `x5c`: a token does not bring its own key. Verifies nothing.
 *
 * @throws {AuthError} `token_too_large`, `token_malformed`, `token_unsupported`.
 */
export function parseToken(token: string, form: TokenForm): UnverifiedToken {
  if (token.length > form.maxTokenLength) {
    throw new AuthError("token_too_large", {
      hint: `${token.length} characters; maxTokenLength is ${form.maxTokenLength}`,
    });
  }
  const firstDot = token.indexOf(".");
  const secondDot = token.indexOf(".", firstDot + 1);
  const wellFormed =
    firstDot > 0 &&
    isCanonicalBase64url(token, 0, firstDot) &&
    isCanonicalBase64url(token, firstDot + 1, secondDot) &&
    isCanonicalBase64url(token, secondDot + 1, token.length);
  if (!wellFormed) throw explainForm(token);

  return {
    header: readHeader(token.slice(0, firstDot), form.typ),
    signingInput: token.slice(0, secondDot),
    payloadSegment: token.slice(firstDot + 1, secondDot),
    signature: Buffer.from(token.slice(secondDot + 1), "base64url"),
  };
}

function readHeader(segment: string, expectedTyp: string | undefined): UnverifiedHeader {
  const header = parseJsonSegment(segment);
  if (header === undefined) throw malformedHeader("is not a JSON object in UTF-8");

  const { alg } = header;
  if (typeof alg !== "string") throw malformedHeader("has no `alg`");
  for (const name of refusedParameters) {
    if (Object.hasOwn(header, name)) {
      throw new AuthError("token_unsupported", { hint: `the header has \`${name}\`, which is not supported` });
    }
  }
  const kid = optionalString(header, "kid");
  const typ = optionalString(header, "typ");
  checkTyp(typ, expectedTyp);
  return { alg, ...(kid !== undefined && { kid }), ...(typ !== undefined && { typ }) };
}

function optionalString(header: JsonObject, name: string): string | undefined {
  const value = header[name];
  if (value !== undefined && typeof value !== "string") throw malformedHeader(`has a \`${name}\` that is no string`);
  return value;
}

/** RFC 8725 section 3.11: the type keeps a JWT of another purpose, signed by the same key, from passing for a token. */
function checkTyp(typ: string | undefined, expected: string | undefined): void {
  const actual = typ === undefined ? undefined : mediaType(typ);
  const accepted = expected === undefined ? actual === undefined || actual === "jwt" : actual === expected;
  if (accepted) return;
  throw new AuthError("token_unsupported", {
    hint: actual?.includes("session-cache")
      ? "this is Better Auth's cookie cache, not a token for an API"
      : `the header's \`typ\` is not ${expected === undefined ? "JWT or absent" : `"${expected}"`}`,
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
