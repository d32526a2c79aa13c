// `@usher-auth/verify/logout`: the endpoint that an issuer calls when a session ends, without a framework.
export {
  createLogoutEndpoint,
  type LogoutAnswer,
  type LogoutEndpoint,
  type LogoutEndpointOptions,
  type LogoutEvent,
  type LogoutRequest,
} from "./endpoint.ts";
export { longestLogoutForm } from "./form.ts";
export type { LogoutToken } from "./token.ts";
export { createLogoutVerifier, type LogoutTokenOptions, type VerifyLogoutToken } from "./verify.ts";
