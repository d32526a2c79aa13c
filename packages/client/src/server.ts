export { DestinationError, SignedOutError, TokenUnavailableError } from "./errors.ts";
export { type ApiProxy, type ApiProxyError, type ApiProxyOptions, apiProxy } from "./proxy/api-proxy.ts";
export type { ProxyProblemCode } from "./proxy/problem-response.ts";
export type { ApiProblem } from "./refusal/api-problem.ts";
export type { AuthErrorCode } from "./refusal/error-codes.ts";
export { readProblem } from "./refusal/problem.ts";
export {
  type ServerApi,
  type ServerApiClient,
  type ServerApiOptions,
  serverApi,
} from "./server/server-api.ts";
export { betterAuthToken } from "./token/better-auth-request.ts";
export type { BetterAuthGetToken } from "./token/better-auth-token.ts";
export type {
  BetterAuthTokenClient,
  BetterAuthTokenServer,
  RequestHeaders,
} from "./token/better-auth-types.ts";
export type { GetToken, GetTokenContext, OnSessionChange } from "./token/get-token.ts";
