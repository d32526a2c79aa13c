/**
 * A URL as it may be shown: without user, password, query and fragment, which may be credentials. A text that is
 * not a URL is not shown.
 */
export function shownUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return "(not a URL)";
  const path = url.pathname === "/" ? "" : url.pathname;
  return `${url.protocol}//${url.host}${path}`;
}
