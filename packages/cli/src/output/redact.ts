/** How much of a token or a secret may be shown. Enough to tell two apart, of no use to anybody else. */
const shown = 6;

/** The first characters of something that must not be seen whole, and how long it is. */
export function redact(text: string): string {
  // Of a short text, six characters would be most of it.
  const start = text.slice(0, Math.min(shown, Math.floor(text.length / 4)));
  return `${start}… (${text.length} characters)`;
}

/**
 * A file's name for a message. What looks like a token or a secret that was given in its place is concealed.
 */
export function nameOfFile(path: string): string {
  const isOpaque = /^[\w+=-]{24,}$/.test(path) || /^(?:bearer +)?[\w-]{10,}\.[\w-]+\.[\w-]*$/i.test(path);
  return isOpaque ? redact(path) : path;
}
