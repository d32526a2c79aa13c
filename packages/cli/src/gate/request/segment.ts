/**
 * Characters that some servers turn into a slash or a backslash, though Unicode's normalization does not: the
 * fraction slash and its like, by what they look like; the yen and the won sign, in code pages that have them
 * in place of the backslash.
 */
const likeSlash = /[\u00a5\u20a9\u2044\u2215\u2216\u29f5\u29f8\u29f9]/;

/** Ignored by some file systems and in comparisons, such as the zero-width space. */
const ignorable = /\p{Default_Ignorable_Code_Point}/gu;

/**
 * Why a segment can be read in two ways; undefined if it cannot. Servers differ in what they do to a path
 * after they have decoded it: some decode again, some resolve dots, cut parameters, trim, or normalize
 * letters.
 *
 * The rules also hold for what remains of a segment after Unicode's compatibility normalization (NFKC), which
 * turns full-width characters into ASCII ones.
 *
 * @param segment Decoded once.
 */
export function segmentFault(segment: string): string | undefined {
  const fault = asciiFault(segment);
  if (fault !== undefined || !/[^\0-\x7f]/.test(segment)) return fault;
  if (likeSlash.test(segment)) return "A segment has a character that some servers read as a slash.";
  if (/[\u2028\u2029]/.test(segment)) return "A segment has a line separator.";
  const normalized = segment.normalize("NFKC").replace(ignorable, "");
  return asciiFault(normalized) === undefined ? undefined : "A segment is ambiguous when it is normalized.";
}

function asciiFault(segment: string): string | undefined {
  if (segment === "") return "The path has an empty segment.";
  if (/[/\\]/.test(segment)) return "A segment has a slash or a backslash.";
  if (/\p{Cc}/u.test(segment)) return "A segment has a control character.";
  // Path parameters of Java's servers. They are cut off before the path is matched, also after "..".
  if (segment.includes(";")) return "A segment has a semicolon.";
  // Dots alone, also before what would be a query or a fragment if the path were parsed again.
  if (/^\.{1,2}(?:[?#]|$)/.test(segment)) return "The path has a dot segment.";
  // Servers on Windows remove them.
  if (segment.endsWith(".")) return "A segment ends in a dot.";
  if (segment.trim() !== segment) return "A segment begins or ends with white space.";
  if (/%(?:[0-9a-f]{2}|u[0-9a-f]{4})/i.test(segment)) return "A segment is encoded twice.";
  return undefined;
}
