/**
 * Copies a text to the clipboard.
 *
 * @throws {Error} when the browser does not allow it, or has no clipboard for pages, as without https
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (cause) {
    throw new Error(
      "The browser does not allow it. Its developer tools show the token in the request's headers.",
      { cause },
    );
  }
}
