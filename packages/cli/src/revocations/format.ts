import type { Revocation } from "@usher-auth/verify/revocation";

/** The claim behind each kind of revocation. The kinds are also the names of the flags. */
export const kinds: Readonly<Record<Revocation["kind"], string>> = {
  user: "sub",
  session: "sid",
  token: "jti",
};

/** An id for a terminal. It came from a token, so unusual characters are escaped. */
export function escapeId(id: string): string {
  return id.replaceAll(
    /[^\x20-\x7e\p{L}\p{N}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** A NumericDate as ISO 8601 in UTC. */
export function instantOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
