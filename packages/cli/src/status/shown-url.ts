/**
 * A URL as it may be shown: without user, password, query and fragment, which may be credentials. A text that is
 * not such a URL is not shown.
 */
export function shownUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.host === "") return "(not a URL with a host)";
  const path = url.pathname === "/" ? "" : url.pathname;
  return `${url.protocol}//${url.host}${path}`;
}
