import { type ApiClient, type ApiClientOptions, createApiClient } from "../../src/index.ts";

/** A single-user client: tests run in Node, which counts as a server. */
export function clientOf(options: ApiClientOptions): ApiClient {
  return createApiClient({ singleUser: true, ...options });
}
