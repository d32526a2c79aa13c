import { IssuerError } from "../errors.ts";

const loopback = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\]|.+\.localhost)$/;

/**
 * Checks where logout tokens are sent to: https, or http on this machine. Over plain http anybody on the way
 * could answer in the backend's place, and the sign-out would never arrive.
 *
 * @throws {IssuerError} for the first address that does not hold
 */
export function checkEndpoints(endpoints: unknown): readonly string[] {
  if (!Array.isArray(endpoints)) {
    throw new IssuerError(
      `usherJwt: backchannelLogout must be a list of addresses, such as ["https://api.example.com/backchannel-logout"].`,
    );
  }
  return [...new Set(endpoints.map(checkEndpoint))];
}

function checkEndpoint(endpoint: unknown): string {
  const url = typeof endpoint === "string" ? URL.parse(endpoint) : null;
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && loopback.test(url.hostname))) {
    throw new IssuerError(
      "usherJwt: backchannelLogout must be https addresses, or http on this machine (localhost).",
    );
  }
  // Back-Channel Logout 1.0 section 2.2: no fragment.
  if (url.username !== "" || url.password !== "" || url.hash !== "") {
    throw new IssuerError(
      "usherJwt: backchannelLogout addresses must hold no user name, password or fragment.",
    );
  }
  return url.href;
}
