export { createApiClient } from "./client.ts";
export type { ApiClient, ApiClientOptions } from "./client-types.ts";
export {
  DestinationError,
  SharedClientError,
  SignedOutError,
  TokenUnavailableError,
  UserChangedError,
} from "./errors.ts";
export type { ApiProblem } from "./refusal/api-problem.ts";
export type { AuthErrorCode } from "./refusal/error-codes.ts";
export { readProblem } from "./refusal/problem.ts";
export type { ReauthenticationRequired } from "./refusal/step-up.ts";
export { type BetterAuthGetToken, betterAuthToken } from "./token/better-auth-token.ts";
export type { BetterAuthTokenClient } from "./token/better-auth-types.ts";
export type { ExpectedUser } from "./token/expected-user.ts";
export type { GetToken, GetTokenContext, OnSessionChange } from "./token/get-token.ts";
export type { UserChanged } from "./token/user-tokens.ts";
