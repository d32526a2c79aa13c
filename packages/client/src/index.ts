export { type ApiClient, type ApiClientOptions, createApiClient } from "./client.ts";
export { DestinationError, SignedOutError } from "./errors.ts";
