import { noStore } from "../no-store.ts";
import { requireNotAborted } from "../request/abort.ts";
import { createAuthorizedCall } from "../request/authorized-call.ts";
import { createDestination, type Destination } from "../request/destination.ts";
import { prepareRequest } from "../request/prepare-request.ts";
import { createSend } from "../request/send.ts";
import { requireTimeout } from "../timeout.ts";
import type { GetToken } from "../token/get-token.ts";
import { createRequestTokens } from "./request-tokens.ts";

/**
 * Options of {@link serverApi}.
 *
 * @example
 * ```ts
 * import type { ServerApiOptions } from "@usher-auth/client/server";
 *
 * const options: ServerApiOptions = { baseURL: process.env.API_URL, getTokenTimeout: 5_000 };
 * ```
 */
export type ServerApiOptions = {
  /**
   * The API's absolute URL: https, or http on a loopback host. Requests go to its origin, at or below its
   * path, and nowhere else. If it is undefined or "", the first call throws instead of `serverApi`: a
   * framework may load the module at build time, without the environment of the server.
   */
  baseURL: string | URL | undefined;
  /**
   * Names of other hosts that `baseURL` may reach over plain http: `["api"]` for a service of a
   * container network. Exact names, without scheme, port or wildcard. Others on that network can read the
   * tokens. In production, each one causes a process warning (`USHER_INSECURE_HOST`). Default: none.
   */
  allowInsecureHosts?: readonly string[];
  /**
   * Timeout of one `getToken` call, in milliseconds from 1 to 300,000. Default: 10,000.
   * {@link betterAuthToken} never takes longer than 10,000.
   */
  getTokenTimeout?: number;
  /** Sends a request. Called with one `Request`. Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
};

/**
 * A `fetch` that sends the token of one request's user. Made by {@link ServerApi.for}. Takes the arguments of
 * `fetch`, and throws its errors: `SignedOutError`, `TokenUnavailableError`, `DestinationError` and
 * TypeErrors.
 */
export type ServerApiClient = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * An API, as a server calls it for its users. Made by {@link serverApi}. It holds no user's token.
 *
 * @example
 * ```ts
 * import type { GetToken, ServerApi } from "@usher-auth/client/server";
 *
 * export const loadTasks = (api: ServerApi, getToken: GetToken) => api.for(getToken)("/api/tasks");
 * ```
 */
export type ServerApi = {
  /**
   * Returns a `fetch` for the user of one request.
   *
   * @throws {TypeError} `getToken` is not a function, or belongs to a page: {@link betterAuthToken} without
   *   the headers of a request.
   * @param getToken - fetches the token of the request's user, again for each call: {@link betterAuthToken}
   *   with the request's headers. Nothing is cached, so that no user gets another's token, even if the result
   *   is stored by mistake and `getToken` finds out the current request itself.
   */
  for(getToken: GetToken): ServerApiClient;
};

/**
 * Describes an API that a server calls for its users: while it renders a page, in a server action or in a
 * route handler. Create it once, at module level.
 *
 * The `fetch` that {@link ServerApi.for} returns sends the user's token with each request, like the client of
 * a browser: the same rules for destinations, redirects, cookies and headers, and one retry with a new token.
 * Responses are not cached (`cache: "no-store"`, unless a call sets `cache`): the cache of a server is shared
 * by its users.
 *
 * It does NOT verify the token, and does not throw for an HTTP error status.
 *
 * @throws {TypeError} `baseURL` is not absolute; is not https (or http on a loopback or an allowed host); or
 *   has a user name, password, query or fragment. `getTokenTimeout` is out of range. An entry of
 *   `allowInsecureHosts` is not an exact host name.
 *
 * @example
 * ```ts
 * import { betterAuthToken, serverApi } from "@usher-auth/client/server";
 * import { betterAuth } from "better-auth";
 * import { jwt } from "better-auth/plugins";
 *
 * const auth = betterAuth({ plugins: [jwt()] });
 * const api = serverApi({ baseURL: process.env.API_URL });
 *
 * export async function loadTasks(request: Request) {
 *   const fetchApi = api.for(betterAuthToken(auth, request.headers));
 *   return (await fetchApi("/api/tasks")).json();
 * }
 * ```
 */
export function serverApi(options: ServerApiOptions): ServerApi {
  const { baseURL, allowInsecureHosts, fetch: ownFetch } = options;
  const destination = baseURL ? createDestination(baseURL, allowInsecureHosts) : unknownDestination;
  const deadline = requireTimeout("getTokenTimeout", options.getTokenTimeout ?? 10_000, 300_000);
  const send = createSend(ownFetch, destination);

  return {
    for(getToken) {
      requireOfRequest(getToken);
      const call = createAuthorizedCall({
        tokens: createRequestTokens(getToken, deadline),
        stepUp: undefined,
        send,
      });
      return async (input, init) => {
        const prepared = prepareRequest(destination, input, init, noStore());
        try {
          requireNotAborted(prepared.signal);
          return await call(prepared);
        } finally {
          prepared.release();
        }
      };
    },
  };
}

/** A page's `getToken` has no cookie on a server. Every user would be signed out. */
function requireOfRequest(getToken: GetToken): void {
  if (typeof getToken !== "function")
    throw new TypeError("getToken must be a function that returns the token of the request's user");
  if (getToken.onSessionChange !== undefined) {
    throw new TypeError(
      "This getToken is for a page in a browser. On a server, pass the headers of the request: " +
        "betterAuthToken(auth, headers)",
    );
  }
}

const unknownDestination: Destination = {
  resolve() {
    throw new TypeError("baseURL is not set: set it to the API's URL, such as https://api.example.com");
  },
};
