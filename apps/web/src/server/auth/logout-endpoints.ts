import type { Log } from "../log.ts";

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/**
 * The API's endpoint for logout tokens: API_URL with `/backchannel-logout`. None over plain http between two
 * machines, where an attacker on the network could answer in the API's place; the log says so. Unless the
 * host is in `allowInsecureHosts`, whose entries `usherJwt` checks.
 */
export function logoutEndpoints(apiUrl: string, allowInsecureHosts: readonly string[], log: Log): string[] {
  const { protocol, hostname } = new URL(apiUrl);
  const isAllowed = allowInsecureHosts.some((name) =>
    [name.toLowerCase(), `[${name.toLowerCase()}]`].includes(hostname),
  );
  if (protocol === "https:" || loopback.test(hostname) || isAllowed)
    return [`${withoutSlashes(apiUrl)}/backchannel-logout`];
  log.warn(
    "API_URL is not https, and its host is not in USHER_ALLOW_INSECURE_HOSTS: the API is not " +
      "notified of sign-outs, and tokens stay valid for up to 5 minutes",
  );
  return [];
}

function withoutSlashes(text: string): string {
  let end = text.length;
  while (text.endsWith("/", end)) end--;
  return text.slice(0, end);
}
