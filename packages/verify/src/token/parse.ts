import { BoundedMap } from "../cache.ts";
import { AuthError } from "../errors.ts";
import { decodeCanonical } from "./base64url.ts";
import { readHeader, type UnverifiedHeader } from "./header.ts";
import { explainForm } from "./look-alikes.ts";
import { macRoom, type SignedBytes } from "./signed-bytes.ts";

/**
 * The parts of a token that nobody has verified yet (!). The payload is decoded and not parsed.
 *
 * Its bytes are the parser's, and hold until it parses the next token.
 */
export interface UnverifiedToken {
  readonly header: UnverifiedHeader;
  readonly signed: SignedBytes;
  readonly signature: Uint8Array;
  /**
   * The payload is the first `payloadLength` bytes of it. A Buffer, which these types do not say: they are
   * part of what is published, and a project for Workers knows no such name.
   */
  readonly payload: Uint8Array;
  readonly payloadLength: number;
}

/** What a token parser accepts. */
export interface TokenForm {
  /** The longest token looked at, in characters. */
  readonly maxTokenLength: number;
  /** The only `typ` accepted, in lower case and without `application/`; undefined accepts `JWT` or none. */
  readonly typ: string | undefined;
}

/** Issuers have one header for each key. The bound is for those that anybody can make up. */
const rememberedHeaders = 64;

/**
 * Makes a function that takes a compact JWS apart (RFC 7515 section 7.1), strictly.
 *
 * It checks length, alphabet, segments, canonical base64url, and that the header is a JSON object of a kind
 * that can be verified here. Verifies nothing. Throws AuthError `token_too_large`, `token_malformed` or
 * `token_unsupported`.
 *
 * All tokens go through the same few buffers: nothing is allocated for their bytes, and a result is good
 * until the next.
 */
export function createTokenParser({ maxTokenLength, typ }: TokenForm): (token: string) => UnverifiedToken {
  // No text of the greatest length needs more in UTF-8, so that a write never stops short.
  const buffer = Buffer.alloc(macRoom + 3 * maxTokenLength);
  const [header, payload, signature] = [0, 1, 2].map(() => Buffer.alloc(maxTokenLength)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const headers = new BoundedMap<string, UnverifiedHeader>(rememberedHeaders);
  // Making a view costs as much as decoding does, and signatures are nearly all of one length.
  let signatureView = signature;
  let latest: { readonly segment: string; readonly header: UnverifiedHeader } | undefined;

  function parseToken(token: string): UnverifiedToken {
    if (token.length > maxTokenLength) {
      throw new AuthError("token_too_large", {
        hint: `${token.length} characters; maxTokenLength is ${maxTokenLength}`,
      });
    }
    const firstDot = token.indexOf(".");
    const secondDot = token.indexOf(".", firstDot + 1);
    // As many bytes as characters: ASCII, and nothing that a decoder could take for it.
    const isAscii = buffer.write(token, macRoom, "utf8") === token.length;
    if (!isAscii || secondDot < 0 || isPlainBase64(token)) throw explainForm(token);

    const signatureLength = decodeCanonical(token.slice(secondDot + 1), signature);
    const payloadLength = decodeCanonical(token.slice(firstDot + 1, secondDot), payload);
    if (signatureLength < 0 || payloadLength < 0) throw explainForm(token);
    if (signatureView.length !== signatureLength) signatureView = signature.subarray(0, signatureLength);
    return {
      header: headerOf(token, firstDot),
      signed: { buffer, end: macRoom + secondDot },
      signature: signatureView,
      payload,
      payloadLength,
    };
  }

  /**
   * Read once for each spelling; only what passed is remembered. Most tokens have the header of the one
   * before.
   */
  function headerOf(token: string, end: number): UnverifiedHeader {
    if (latest?.segment.length === end && token.startsWith(latest.segment)) return latest.header;
    const segment = token.slice(0, end);
    const read = headers.get(segment) ?? readSegment(token, segment);
    latest = { segment, header: read };
    return read;
  }

  function readSegment(token: string, segment: string): UnverifiedHeader {
    const length = decodeCanonical(segment, header);
    if (length < 0) throw explainForm(token);
    const read = readHeader(header, length, typ);
    headers.set(segment, read);
    return read;
  }

  return parseToken;
}

/** The two characters of plain base64 that Node's decoder takes for those of base64url. */
function isPlainBase64(token: string): boolean {
  return token.includes("+") || token.includes("/");
}
