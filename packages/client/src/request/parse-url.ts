import { type ParsedUrl, parsePlainUrl } from "./plain-url.ts";

export type { ParsedUrl };

/**
 * Parses a URL; undefined if it is invalid. React Native and older browsers have no `URL.parse`, and React
 * Native's own `URL` does not follow the standard: see {@link parsePlainUrl}.
 */
export function parseUrl(text: string, base?: ParsedUrl): ParsedUrl | undefined {
  if (!isStandard(globalThis.URL)) return parsePlainUrl(text, base);
  try {
    return new URL(text, base?.href);
  } catch {
    return undefined;
  }
}

let checked: { readonly of: unknown; readonly isStandard: boolean } = { of: undefined, isStandard: false };

/** Whether this class resolves dot segments and backslashes. A polyfill may be installed at any time. */
function isStandard(UrlClass: typeof URL): boolean {
  if (checked.of !== UrlClass)
    checked = { of: UrlClass, isStandard: hrefOf(UrlClass, "HTTP://A/b/../c\\d") === "http://a/c/d" };
  return checked.isStandard;
}

function hrefOf(UrlClass: typeof URL, text: string): string | undefined {
  try {
    return new UrlClass(text).href;
  } catch {
    return undefined;
  }
}
