import type { LogoutEndpointOptions, RevokingVerifier } from "./endpoint.ts";

/** Options of the endpoint in a framework. */
export interface BackchannelLogoutOptions extends LogoutEndpointOptions {
  /** A verifier with revocations. */
  readonly verifier: RevokingVerifier;
}
