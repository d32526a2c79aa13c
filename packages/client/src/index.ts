export { type ApiClient, type ApiClientOptions, createApiClient } from "./client.ts";
export { DestinationError, SharedClientError, SignedOutError, TokenUnavailableError } from "./errors.ts";
export type { AuthErrorCode } from "./refusal/error-codes.ts";
export { type ApiProblem, readProblem } from "./refusal/problem.ts";
export type { ReauthenticationRequired } from "./refusal/step-up.ts";
export {
  type BetterAuthGetToken,
  type BetterAuthTokenClient,
  type BetterAuthTokenServer,
  betterAuthToken,
} from "./token/better-auth-token.ts";
export type { GetToken, GetTokenContext } from "./token/get-token.ts";
