/** Parses a URL; undefined if it is invalid. React Native and older browsers have no `URL.parse`. */
export function parseUrl(text: string, base?: URL): URL | undefined {
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}
