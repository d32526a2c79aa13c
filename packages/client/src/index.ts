export { type BetterAuthTokenClient, betterAuthToken } from "./better-auth-token.ts";
export { type ApiClient, type ApiClientOptions, createApiClient } from "./client.ts";
export type { AuthErrorCode } from "./error-codes.ts";
export { DestinationError, SharedClientError, SignedOutError, TokenUnavailableError } from "./errors.ts";
export { type ApiProblem, readProblem } from "./problem.ts";
export type { ReauthenticationRequired } from "./step-up.ts";
