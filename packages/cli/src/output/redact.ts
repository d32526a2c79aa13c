/**
 * The number of characters of a token or a secret that are shown: enough to recognise it, useless otherwise.
 */
const shown = 6;

/** The first characters of a token or a secret, and its length. */
export function redact(text: string): string {
  // At most a quarter of a short text.
  const start = text.slice(0, Math.min(shown, Math.floor(text.length / 4)));
  return `${start}… (${text.length} characters)`;
}

/** A file's name for a message. A token or a secret that was given instead of a name is redacted. */
export function nameOfFile(path: string): string {
  const isOpaque = /^[\w+=-]{24,}$/.test(path) || /^(?:bearer +)?[\w-]{10,}\.[\w-]+\.[\w-]*$/i.test(path);
  return isOpaque ? redact(path) : path;
}
