const absolute = /^https?:\/\/([^/?#\\\s]+)/i;

/**
 * A `Location` that names the backend's own address is of no use to the client, and would lead it past the
 * gate. Such a one becomes a path; any other is returned as it is.
 *
 * @param host The backend's host, with its port unless that is the default. The scheme is not compared,
 *   because behind a gate that is reached by https the backend may write its own host with `https`.
 */
export function locationForClient(location: string, host: string): string {
  const match = absolute.exec(location);
  if (match === null || hostOf(match[0]) !== host) return location;
  const rest = location.slice(match[0].length);
  // "//other.example" and "/\other.example" are another host to a browser, which also drops tabs.
  return rest.startsWith("?") || rest.startsWith("#") ? `/${rest}` : rest.replace(/^[/\\\t ]*/, "/");
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
