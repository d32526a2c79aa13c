/**
 * Decodes canonical base64url (RFC 4648 section 5). Returns undefined for an empty text and for anything not
 * canonical: padding, other characters, an impossible length, or spare bits that are not zero. Without the
 * last rule, one signature would have several spellings.
 *
 * Node's decoder skips unknown characters, so the result is encoded again and compared.
 */
export function decodeCanonical(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64url");
  return text !== "" && bytes.toString("base64url") === text ? bytes : undefined;
}
