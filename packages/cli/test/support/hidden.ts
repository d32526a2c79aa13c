import { expect } from "vitest";

/** The most consecutive characters of a hidden text that an output may show. */
const allowed = 6;

/**
 * Fails if an output shows more than six consecutive characters of a hidden text, or of a part between dots.
 * Parts shorter than twelve characters are ignored.
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
