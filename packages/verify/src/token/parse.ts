import { BoundedMap } from "../cache.ts";
import { AuthError } from "../errors.ts";
import { decodeCanonical } from "./base64url.ts";
import { readHeader, type UnverifiedHeader } from "./header.ts";
import { explainForm } from "./look-alikes.ts";
import { macRoom, type SignedBytes } from "./signed-bytes.ts";

/**
 * The parts of a token that is not verified yet (!). The payload is decoded, but not parsed.
 *
 * The bytes belong to the parser and are valid until it parses the next token.
 */
export interface UnverifiedToken {
  readonly header: UnverifiedHeader;
  readonly signed: SignedBytes;
  readonly signature: Uint8Array;
  /**
   * The payload is in the first `payloadLength` bytes. It is a Buffer, but published types must not say so:
   * projects for Workers lack that type.
   */
  readonly payload: Uint8Array;
  readonly payloadLength: number;
}

/** What a token parser accepts. */
export interface TokenForm {
  /** The longest accepted token, in characters. */
  readonly maxTokenLength: number;
  /** The only accepted `typ`, in lower case and without `application/`; undefined accepts `JWT` or none. */
  readonly typ: string | undefined;
}

/** Headers to cache. Issuers have one per key; the limit is for made-up ones. */
const rememberedHeaders = 64;

/**
 * Creates a strict parser for the compact JWS form (RFC 7515 section 7.1).
 *
 * Checks length, alphabet, segments, canonical base64url, and that the header is a JSON object of a supported
 * kind. Verifies nothing. Throws AuthError `token_too_large`, `token_malformed` or `token_unsupported`.
 *
 * All tokens share the same buffers: parsing allocates no bytes, and a result is valid until the next call.
 */
export function createTokenParser({ maxTokenLength, typ }: TokenForm): (token: string) => UnverifiedToken {
  // Large enough for the longest text in UTF-8, so that a write is never cut off.
  const buffer = Buffer.alloc(macRoom + 3 * maxTokenLength);
  const [header, payload, signature] = [0, 1, 2].map(() => Buffer.alloc(maxTokenLength)) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const headers = new BoundedMap<string, UnverifiedHeader>(rememberedHeaders);
  // Creating a view is as slow as decoding, and nearly all signatures have the same length.
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
    // One byte per character: the text is ASCII.
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
   * Parses each spelling of a header once, and caches valid ones. Most tokens have the same header as the
   * previous one.
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

/** The two characters of plain base64 that Node's decoder accepts as base64url. */
function isPlainBase64(token: string): boolean {
  return token.includes("+") || token.includes("/");
}
