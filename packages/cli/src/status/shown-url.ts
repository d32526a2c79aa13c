/**
 * A URL as it may be shown: without user, password, query and fragment, which may be credentials. A text that is
 * not such a URL is not shown.
 */
export function shownUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.host === "") return "(not a URL with a host)";
  // In postgres://user:42/rest@host/db, whose password has a slash, the path begins with the rest of it.
  const path = url.pathname === "/" ? "" : url.pathname.includes("@") ? "/…" : url.pathname;
  return `${url.protocol}//${url.host}${path}`;
}
