import { secrets } from "./keys.ts";
import { type SigningKey, sign } from "./sign.ts";

/** The time at which the tokens are issued: 2026-01-01T00:00:00Z, in seconds since 1970. */
export const issuedAt = 1_767_225_600;
/** The time at which tokens are judged, unless a vector is about time. */
export const usualNow = issuedAt + 60;

export const issuer = "https://app.example.com";
export const audience = "https://api.example.com";

/** The claims of a valid token. */
export const validClaims: Readonly<Record<string, unknown>> = {
  sub: "alice",
  sid: "session-1",
  iat: issuedAt,
  exp: issuedAt + 900,
  iss: issuer,
  aud: audience,
};

/** What differs from a valid token. `undefined` removes a member. */
export interface TokenParts {
  readonly alg?: string;
  /** The algorithm of the signature, if it is another than the header says. */
  readonly signedAs?: string;
  readonly key?: SigningKey;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** The header's bytes. A text is encoded as UTF-8. */
  readonly rawHeader?: string | Uint8Array;
  /** The payload's bytes. A text is encoded as UTF-8. */
  readonly rawPayload?: string | Uint8Array;
  /** The signature instead of a valid one. */
  readonly signature?: (valid: Buffer) => Uint8Array;
}

/** Creates a signed token in the compact form. */
export function tokenOf(parts: TokenParts = {}): string {
  const { alg = "HS256", key = { secret: secrets.current }, header, claims } = parts;
  const head = segment(parts.rawHeader ?? JSON.stringify({ alg, typ: "JWT", ...header }));
  const body = segment(parts.rawPayload ?? JSON.stringify({ ...validClaims, ...claims }));
  const valid = sign(parts.signedAs ?? alg, key, `${head}.${body}`);
  return `${head}.${body}.${segment(parts.signature?.(valid) ?? valid)}`;
}

/** The text of the valid claims as JSON, with other members added as they are. */
export function claimsText(more: string): string {
  return `${JSON.stringify(validClaims).slice(0, -1)},${more}}`;
}

export function segment(bytes: string | Uint8Array): string {
  return Buffer.from(bytes as string).toString("base64url");
}
