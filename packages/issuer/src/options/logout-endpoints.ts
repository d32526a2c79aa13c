import { IssuerError } from "../errors.ts";
import { mayUseHttp } from "./insecure-hosts.ts";

/**
 * Checks the addresses that logout tokens are sent to: https, or http on this machine or on an allowed host.
 * Over plain http, an attacker on the network could answer in the backend's place, and the sign-out would
 * never arrive.
 *
 * @throws {IssuerError} for the first invalid address
 */
export function checkEndpoints(endpoints: unknown, insecureHosts: ReadonlySet<string>): readonly string[] {
  if (!Array.isArray(endpoints)) {
    throw new IssuerError(
      `usherJwt: backchannelLogout must be a list, such as ["https://api.example.com/backchannel-logout"].`,
    );
  }
  return [...new Set(endpoints.map((endpoint) => checkEndpoint(endpoint, insecureHosts)))];
}

function checkEndpoint(endpoint: unknown, insecureHosts: ReadonlySet<string>): string {
  const url = typeof endpoint === "string" ? URL.parse(endpoint) : null;
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && mayUseHttp(url, insecureHosts))) {
    throw new IssuerError(
      "usherJwt: backchannelLogout URLs must be https, or http on this machine (localhost) or on a " +
        "host in allowInsecureHosts: over http, anyone on the network could answer in the backend's " +
        "place.",
    );
  }
  // Back-Channel Logout 1.0 section 2.2: no fragment.
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw new IssuerError(
      "usherJwt: backchannelLogout URLs must not have a user name, password or fragment.",
    );
  }
  return url.href;
}
