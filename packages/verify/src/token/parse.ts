import { AuthError } from "../errors.ts";
import { decodeCanonical } from "./base64url.ts";
import { type AcceptedTypes, readHeader, type UnverifiedHeader } from "./header.ts";
import { explainForm } from "./look-alikes.ts";

/** The parts of a token that is not verified yet (!). The payload is decoded, but not parsed. */
export interface UnverifiedToken {
  readonly header: UnverifiedHeader;
  /** What the signature covers: the first two segments and the dot between them (RFC 7515 section 5.1). */
  readonly signed: Uint8Array;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** What a token parser accepts. */
export interface TokenForm extends AcceptedTypes {
  /** The longest accepted token, in characters. */
  readonly maxTokenLength: number;
}

/**
 * Creates a strict parser for the compact JWS form (RFC 7515 section 7.1).
 *
 * Checks length, alphabet, segments, canonical base64url, and that the header is a JSON object of a supported
 * kind. Verifies nothing. Throws AuthError `token_too_large`, `token_malformed` or `token_unsupported`.
 */
export function createTokenParser(form: TokenForm): (token: string) => UnverifiedToken {
  const { maxTokenLength } = form;
  /** The last header that was read. An issuer uses the same header for all tokens of a kind and a key. */
  let latest: { readonly segment: string; readonly header: UnverifiedHeader } | undefined;

  function parseToken(token: string): UnverifiedToken {
    if (token.length > maxTokenLength) {
      throw new AuthError("token_too_large", {
        hint: `${token.length} characters; maxTokenLength is ${maxTokenLength}`,
      });
    }
    const first = token.indexOf(".");
    const last = token.lastIndexOf(".");
    // More dots would be in the payload, which does not accept any.
    const payload = decodeCanonical(token.slice(first + 1, last));
    const signature = decodeCanonical(token.slice(last + 1));
    if (first === last || payload === undefined || signature === undefined) throw explainForm(token);
    return {
      header: headerOf(token, token.slice(0, first)),
      signed: Buffer.from(token.slice(0, last), "latin1"),
      payload,
      signature,
    };
  }

  function headerOf(token: string, segment: string): UnverifiedHeader {
    if (latest?.segment === segment) return latest.header;
    const bytes = decodeCanonical(segment);
    if (bytes === undefined) throw explainForm(token);
    latest = { segment, header: readHeader(bytes, form) };
    return latest.header;
  }

  return parseToken;
}
