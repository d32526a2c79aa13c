import { plainPath, type Segment } from "./request.ts";

/** Another way to write a path. */
export interface Spelling {
  readonly says: string;
  /**
   * Whether it names the same as the plain path by RFC 3986 section 6.2.2, or as many routers have it. If
   * not, a success proves nothing by itself: the path may be another's.
   */
  readonly isEquivalent: boolean;
  spell(segments: readonly Segment[]): string;
}

/** The spellings of a path that names its owner. `stranger` is the id of another user, percent-encoded. */
export function spellingsFor(stranger: string): Spelling[] {
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
    owner("B's id percent-encoded", true, (text) => escapeAll(text)),
    owner("the first character of B's id percent-encoded, in lower case", true, (text) => {
      const [first = "", rest = ""] = splitFirst(text);
      return escapeAll(first).toLowerCase() + rest;
    }),
    owner("B's id percent-encoded twice", false, (text) => escapeAll(text).replaceAll("%", "%25")),
    owner("B's id in the other case", false, otherCase),
    owner("B's id with a space behind it", false, (text) => `${text}%20`),
    owner("B's id with a NUL behind it", false, (text) => `${text}%00`),
    owner("an empty id", false, () => ""),
    owner("a dot segment before B's id", false, (text) => `./${text}`),
    owner("A's id and two dots before B's", false, (text) => `${stranger}/../${text}`),
    owner("A's id and two dots before B's, percent-encoded", false, (text) => `${stranger}/%2e%2e/${text}`),
    owner(
      "A's id and two dots before B's, slashes percent-encoded",
      false,
      (text) => `${stranger}%2f..%2f${text}`,
    ),
    { says: "a slash at the end", isEquivalent: true, spell: (segments) => `${plainPath(segments)}/` },
    {
      says: "a doubled slash at the start",
      isEquivalent: false,
      spell: (segments) => `/${plainPath(segments)}`,
    },
    { says: "the path in upper case, B's id as it is", isEquivalent: true, spell: upperCase },
  ];
}

function splitFirst(text: string): string[] {
  const [, first = "", rest = ""] = /^(%[0-9A-Fa-f]{2}|.)(.*)$/s.exec(text) ?? [];
  return [first, rest];
}

/** Every character that is not percent-encoded yet. */
function escapeAll(text: string): string {
  return text.replaceAll(/%[0-9A-Fa-f]{2}|[\s\S]/g, (character) =>
    character.length > 1
      ? character
      : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/** Percent-encoded characters stay as they are. */
function otherCase(text: string): string {
  return text.replaceAll(/%[0-9A-Fa-f]{2}|[\s\S]/g, (character) => {
    if (character.length > 1) return character;
    const lower = character.toLowerCase();
    return character === lower ? character.toUpperCase() : lower;
  });
}

/** The path with its fixed segments in upper case, as routers that ignore case take it. */
export function upperCase(segments: readonly Segment[]): string {
  return plainPath(
    segments.map((segment) =>
      segment.kind === "fixed" ? { ...segment, text: segment.text.toUpperCase() } : segment,
    ),
  );
}
