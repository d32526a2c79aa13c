/** URLs that are safe in every shell and every programming language. */
const plain = /^https?:\/\/[\w.:/~%[\]-]+$/;

/**
 * A URL from a token, a file or a server for a line to paste. If it contains characters with a meaning in a
 * shell or in code, the placeholder is used instead.
 */
export function pasteable(address: string | undefined, placeholder = "…"): string {
  return address !== undefined && plain.test(address) ? address : placeholder;
}

/** A URL that the user typed, as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", "%27")}'`;
}
