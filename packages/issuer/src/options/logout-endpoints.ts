import { IssuerError } from "../errors.ts";

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/**
 * Checks the addresses that logout tokens are sent to: https, or http on this machine. Over plain http, an
 * attacker on the network could answer in the backend's place, and the sign-out would never arrive.
 *
 * @throws {IssuerError} for the first invalid address
 */
export function checkEndpoints(endpoints: unknown): readonly string[] {
  if (!Array.isArray(endpoints)) {
    throw new IssuerError(
      `usherJwt: backchannelLogout must be a list, such as ["https://api.example.com/backchannel-logout"].`,
    );
  }
  return [...new Set(endpoints.map(checkEndpoint))];
}

function checkEndpoint(endpoint: unknown): string {
  const url = typeof endpoint === "string" ? URL.parse(endpoint) : null;
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && loopback.test(url.hostname))) {
    throw new IssuerError(
      "usherJwt: backchannelLogout URLs must be https, or http on this machine (localhost).",
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
