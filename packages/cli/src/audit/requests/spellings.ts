import { plainPath, type Segment } from "./request.ts";

/** Another spelling of a path. */
export interface Spelling {
  readonly says: string;
  /**
   * Whether it is equivalent to the plain path by RFC 3986 section 6.2.2, or for many routers. If not, a
   * success alone proves nothing: the path may belong to something else.
   */
  readonly isEquivalent: boolean;
  spell(segments: readonly Segment[]): string;
}

/**
 * The spellings of a path with an owner.
 *
 * @param ownId The percent-encoded id of A.
 * @param short Whose path it is, for reports: "B".
 */
export function spellingsFor(ownId: string, short: string): Spelling[] {
  const owner = (says: string, isEquivalent: boolean, change: (text: string) => string): Spelling => ({
    says,
    isEquivalent,
    spell: (segments) =>
      plainPath(
        segments.map((segment) =>
          segment.kind === "owner" ? { ...segment, text: change(segment.text) } : segment,
        ),
      ),
  });
  return [
    owner(`${short}'s id percent-encoded`, true, (text) => escapeAll(text)),
    owner(`the first character of ${short}'s id percent-encoded, in lower case`, true, (text) => {
      const [first = "", rest = ""] = splitFirst(text);
      return escapeAll(first).toLowerCase() + rest;
    }),
    owner(`${short}'s id percent-encoded twice`, false, (text) => escapeAll(text).replaceAll("%", "%25")),
    owner(`${short}'s id with upper and lower case swapped`, false, swapCase),
    owner(`${short}'s id followed by a space`, false, (text) => `${text}%20`),
    owner(`${short}'s id followed by NUL`, false, (text) => `${text}%00`),
    owner("an empty id", false, () => ""),
    owner(`a dot segment before ${short}'s id`, false, (text) => `./${text}`),
    owner(`A's id and a double-dot segment before ${short}'s id`, false, (text) => `${ownId}/../${text}`),
    owner(
      `A's id and a percent-encoded double-dot segment before ${short}'s id`,
      false,
      (text) => `${ownId}/%2e%2e/${text}`,
    ),
    owner(
      `A's id and a double-dot segment before ${short}'s id, with percent-encoded slashes`,
      false,
      (text) => `${ownId}%2f..%2f${text}`,
    ),
    { says: "a trailing slash", isEquivalent: true, spell: (segments) => `${plainPath(segments)}/` },
    {
      says: "a doubled leading slash",
      isEquivalent: false,
      spell: (segments) => `/${plainPath(segments)}`,
    },
    { says: `the path in upper case, ${short}'s id unchanged`, isEquivalent: true, spell: upperCase },
  ];
}

function splitFirst(text: string): string[] {
  const [, first = "", rest = ""] = /^(%[0-9A-Fa-f]{2}|.)(.*)$/s.exec(text) ?? [];
  return [first, rest];
}

/** Percent-encodes every character that is not encoded yet. */
function escapeAll(text: string): string {
  return text.replaceAll(/%[0-9A-Fa-f]{2}|[\s\S]/g, (character) =>
    character.length > 1
      ? character
      : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** Swaps upper and lower case. Percent-encoded characters stay unchanged. */
function swapCase(text: string): string {
  return text.replaceAll(/%[0-9A-Fa-f]{2}|[\s\S]/g, (character) => {
    if (character.length > 1) return character;
    const lower = character.toLowerCase();
    return character === lower ? character.toUpperCase() : lower;
  });
}

/** The path with its fixed segments in upper case. Routers that ignore case accept it. */
export function upperCase(segments: readonly Segment[]): string {
  return plainPath(
    segments.map((segment) =>
      segment.kind === "fixed" ? { ...segment, text: segment.text.toUpperCase() } : segment,
    ),
  );
}
