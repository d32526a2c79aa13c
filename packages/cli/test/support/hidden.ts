import { expect } from "vitest";

/** How many characters of something hidden may be seen in a row. */
const allowed = 6;

/**
 * Fails where more than the first six characters of something are in an output: of the whole, and of each
 * part between dots, for a token's signature is as good as the token. Parts of fewer characters than a
 * token's are no secret.
 */
export function expectHidden(output: string, hidden: readonly string[]): void {
  // The program's name shares seven characters with Better Auth's default secret.
  const shown = output.replaceAll("usher-auth", "");
  for (const part of hidden.flatMap((secret) => [secret, ...secret.split(".")])) {
    if (part.length < 12) continue;
    for (let start = 0; start + allowed + 1 <= part.length; start++) {
      const piece = part.slice(start, start + allowed + 1);
      if (shown.includes(piece)) expect.fail(`the output shows ${JSON.stringify(piece)} of something hidden`);
    }
  }
}
