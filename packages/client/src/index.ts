export { type BetterAuthTokenClient, betterAuthToken } from "./better-auth-token.ts";
export { type ApiClient, type ApiClientOptions, createApiClient } from "./client.ts";
export { DestinationError, SharedClientError, SignedOutError, TokenUnavailableError } from "./errors.ts";
