import type { Log } from "../log.ts";

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/**
 * The API's endpoint for logout tokens: API_URL with `/backchannel-logout`. None over plain http between two
 * machines, where an attacker on the network could answer in the API's place; the log says so.
 */
export function logoutEndpoints(apiUrl: string, log: Log): string[] {
  const { protocol, hostname } = new URL(apiUrl);
  if (protocol === "https:" || loopback.test(hostname))
    return [`${withoutSlashes(apiUrl)}/backchannel-logout`];
  log.warn(
    "API_URL is not https: the API is not notified of sign-outs, and tokens stay valid for up to 5 minutes",
  );
  return [];
}

function withoutSlashes(text: string): string {
  let end = text.length;
  while (text.endsWith("/", end)) end--;
  return text.slice(0, end);
}
