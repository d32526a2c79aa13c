import type { Revocation } from "@usher-auth/verify/revocation";

/** How each kind of revocation is named at the command line, and the claim that it is about. */
export const kinds: Readonly<Record<Revocation["kind"], string>> = {
  user: "sub",
  session: "sid",
  token: "jti",
};

/**
 * An id as a terminal may show it. It came in a token: characters that would move the cursor or turn the text
 * around are written as escapes.
 */
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
