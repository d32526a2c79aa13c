import type { Log } from "../log.ts";

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/**
 * Where the API takes word of sessions that ended: its address and `/backchannel-logout`. Over plain http
 * between two machines, anybody on the way could answer in its place; then nobody is told, and the log says
 * so.
 */
export function logoutEndpoints(apiUrl: string, log: Log): string[] {
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol === "https:" || loopback.test(hostname))
    return [`${withoutSlashes(apiUrl)}/backchannel-logout`];
  log.warn(
    "API_URL is not https: the API is not told of sign-outs, and tokens outlive them for up to five minutes",
  );
  return [];
}

function withoutSlashes(text: string): string {
  let end = text.length;
  while (text.endsWith("/", end)) end--;
  return text.slice(0, end);
}
