/** The parts of a JWT. Not verified: anyone could have written them. */
export interface UnverifiedJwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Reads a compact JWS (RFC 7515 section 7.1) without verifying it; undefined if the text is not one. */
export function readUnverified(token: string): UnverifiedJwt | undefined {
  const [first, second, ...others] = token.split(".");
  const header = readObject(first);
  const claims = readObject(second);
  return header === undefined || claims === undefined || others.length !== 1 ? undefined : { header, claims };
}

/** The object in a base64url segment, or undefined. */
function readObject(segment: string | undefined): Readonly<Record<string, unknown>> | undefined {
  if (!segment || !/^[A-Za-z0-9_-]+$/.test(segment)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
