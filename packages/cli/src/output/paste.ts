/** Addresses that every shell and every language takes as what they are. */
const plain = /^https?:\/\/[\w.:/~%[\]-]+$/;

/**
 * An address from outside (a token, a file, another server's answer) as part of a line to paste. One that a
 * shell would read as more than a word, or that would end a text in code, is not repeated.
 *
 * @param otherwise What stands in its place.
 */
export function pasteable(address: string | undefined, otherwise = "…"): string {
  return address !== undefined && plain.test(address) ? address : otherwise;
}

/** An address that the user has typed, as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return plain.test(text) ? text : `'${text.replaceAll("'", "%27")}'`;
}
