import { type ApiClient, type ApiClientOptions, createApiClient } from "../../src/index.ts";

/** A client of one user: tests run in Node, which by itself could be a server of many. */
export function clientOf(options: ApiClientOptions): ApiClient {
  return createApiClient({ singleUser: true, ...options });
}
