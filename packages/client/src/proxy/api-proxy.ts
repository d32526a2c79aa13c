import { DestinationError } from "../errors.ts";
import { createDestination, type Destination } from "../request/destination.ts";
import type { ParsedUrl } from "../request/parse-url.ts";
import { requireTimeout } from "../timeout.ts";
import type { BetterAuthTokenClient, BetterAuthTokenServer } from "../token/better-auth-types.ts";
import { betterAuthSession } from "./better-auth-session.ts";
import { globalFetch } from "./global-fetch.ts";
import { relocate } from "./location.ts";
import { requireMethod } from "./method.ts";
import { pathBelow, readMount } from "./path.ts";
import { ProxyProblem, type ProxyProblemCode, problemResponse } from "./problem-response.ts";
import { responseForBrowser } from "./response.ts";
import { readOrigins, requireSameSite } from "./same-site.ts";
import { sendToApi } from "./send-to-api.ts";
import { type GetSessionToken, sessionOf } from "./session.ts";

/**
 * Options of {@link apiProxy}.
 *
 * @example
 * ```ts
 * import type { ApiProxyOptions } from "@usher-auth/client/server";
 *
 * export const options: ApiProxyOptions = {
 *   getToken: async (request) => (request.headers.has("cookie") ? "the user's token" : null),
 *   baseURL: process.env.API_URL,
 *   path: "/backend",
 *   maxRequestBytes: 10_000_000,
 * };
 * ```
 */
export type ApiProxyOptions = {
  /**
   * The API's absolute URL: https, or http on a loopback host. Requests go to its origin, at or below its
   * path, and nowhere else. If it is undefined or "", the first request throws instead of `apiProxy`: a
   * framework may load the module at build time, without the environment of the server.
   */
  baseURL: string | URL | undefined;
  /** The proxy's path on this site. `/backend/tasks` becomes `tasks` below `baseURL`. Default: "/backend". */
  path?: string;
  /**
   * This site's origins, as the browser shows them, if a proxy in front changes the `Host` header:
   * `["https://app.example.com"]`. It does not allow other sites. Default: the origin of the request's
   * `Host`.
   */
  origins?: readonly string[];
  /**
   * The largest body of a request, in bytes from 0 to 2^53 - 1. A larger one is refused with 413. Bodies are
   * streams and are not kept. Default: 104,857,600 (100 MiB).
   */
  maxRequestBytes?: number;
  /**
   * How long the proxy waits for the next progress until the API's response begins, in milliseconds from 1 to
   * 300,000. Every part of the body that arrives restarts it. A response that has begun may take as long as
   * it needs. Default: 60,000.
   */
  timeout?: number;
  /**
   * Called with each failure that is neither the browser's nor the user's: the problems with a 5xx status.
   * Its result is not awaited, and its errors go to `console.error`. Default: `console.error`.
   */
  onError?: (event: ApiProxyError) => unknown;
  /** Sends a request to the API. Called with one `Request`. Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
  /**
   * Names of other hosts that `baseURL` may reach over plain http: `["api"]` for a service of a
   * container network. Exact names, without scheme, port or wildcard. Others on that network can read the
   * tokens. In production, each one causes a process warning (`USHER_INSECURE_HOST`). Default: none.
   */
  allowInsecureHosts?: readonly string[];
} & (
  | {
      /**
       * The Better Auth server of this process, with the `jwt()` or `usherJwt()` plugin, or a client of one
       * that runs elsewhere.
       */
      auth: BetterAuthTokenServer | BetterAuthTokenClient;
      getToken?: never;
    }
  | {
      /**
       * Fetches the token of a request's user, instead of `auth`. Returns null, undefined or "" only if
       * nobody is signed in. Throws if it does not know. It has 10 seconds.
       */
      getToken: (request: Request) => string | null | undefined | PromiseLike<string | null | undefined>;
      auth?: never;
    }
);

/**
 * Milliseconds that an extended session's cookie waits for the API. Later, another user may have signed in,
 * and the cookie would replace theirs.
 */
const cookiesLast = 5000;

/** What `onError` gets. */
export type ApiProxyError = {
  readonly code: ProxyProblemCode;
  /** What failed: an error of `fetch`, of `getToken` or of Better Auth. Undefined for a timeout of the API. */
  readonly error: unknown;
  /** The browser's request. Do not log all of it: its headers have the session cookie. */
  readonly request: Request;
};

/** A fetch handler: takes a browser's request and resolves to its response. Made by {@link apiProxy}. */
export type ApiProxy = (request: Request) => Promise<Response>;

/**
 * Creates a fetch handler for this site's own server that passes requests of its pages on to the API: with
 * the token of the session cookie's user, which the browser never gets (a "backend for frontend").
 *
 * It refuses requests that another site may have caused, paths that can be read in two ways, and methods
 * other than GET, HEAD, POST, PUT, PATCH and DELETE. Cookies, and headers that only a trusted proxy may send,
 * stay behind. Bodies are streamed in both directions. No answer may be cached, and the API sets no cookie
 * and no other policy of this site. Refusals are problems (RFC 9457) with a `code`, as in docs/errors.md.
 *
 * With the header `Usher-Expected-User`, a page states the id of the user it was made for: if the session is
 * another user's, nothing is sent, and the answer is a 409 (`user_changed`).
 *
 * It does NOT verify the token, limit rates, or pass WebSockets on. It does not protect against scripts of
 * others in this site's own pages: they can call the API as the user, though they cannot take the token away.
 *
 * @throws {TypeError} An option is invalid, or not exactly one of `auth` and `getToken` is set.
 *
 * @example
 * ```ts
 * import { apiProxy } from "@usher-auth/client/server";
 * import { betterAuth } from "better-auth";
 * import { jwt } from "better-auth/plugins";
 *
 * const auth = betterAuth({ plugins: [jwt()] });
 * const proxy = apiProxy({ auth, baseURL: process.env.API_URL });
 *
 * // Next.js: app/backend/[...path]/route.ts
 * export { proxy as DELETE, proxy as GET, proxy as PATCH, proxy as POST, proxy as PUT };
 * ```
 */
export function apiProxy(options: ApiProxyOptions): ApiProxy {
  const mount = readMount(options.path ?? "/backend");
  const origins = readOrigins(options.origins);
  const getToken = readGetToken(options);
  const { baseURL, fetch: ownFetch, maxRequestBytes = 104_857_600 } = options;
  if (!Number.isSafeInteger(maxRequestBytes) || maxRequestBytes < 0)
    throw new TypeError("maxRequestBytes must be a whole number of bytes");
  const destination = baseURL ? createDestination(baseURL, options.allowInsecureHosts) : undefined;
  const report = reporter(options.onError);
  const sendOptions = {
    maxRequestBytes,
    timeout: requireTimeout("timeout", options.timeout ?? 60_000, 300_000),
    fetch: async (url: string, init: RequestInit) =>
      await (ownFetch ? ownFetch(new Request(url, init)) : globalFetch(url, init)),
  };

  async function pass(request: Request): Promise<Response> {
    requireMethod(request.method);
    requireSameSite(request, origins);
    const { base, url } = resolve(pathBelow(mount, request.url), destination);
    const { token, cookies } = await sessionOf(request, getToken);
    const askedAt = Date.now();
    const response = await sendToApi(request, url, token, sendOptions);
    return responseForBrowser(response, request.method, {
      cookies: Date.now() - askedAt > cookiesLast ? [] : cookies,
      relocate: (location) => relocate(location, base, mount, url),
    });
  }

  return async (request) => {
    try {
      return await pass(request);
    } catch (error) {
      if (!(error instanceof ProxyProblem)) throw error;
      const { code, headers, cause } = error;
      const response = problemResponse(code, headers);
      if (response.status >= 500) report({ code, error: cause, request });
      return response;
    }
  };
}

function readGetToken({ auth, getToken }: ApiProxyOptions): GetSessionToken {
  if ((auth === undefined) === (getToken === undefined))
    throw new TypeError("apiProxy needs either auth or getToken");
  if (typeof getToken === "function") return (request) => getToken(request);
  if (auth === undefined) throw new TypeError("getToken must be a function that returns the user's token");
  return betterAuthSession(auth);
}

/** The API's URL of a path, checked in the way of every other request with a token. */
function resolve(path: string, destination: Destination | undefined): { base: ParsedUrl; url: ParsedUrl } {
  if (destination === undefined)
    throw new TypeError("baseURL is not set: set it to the API's URL, such as https://api.example.com");
  const base = destination.resolve("");
  try {
    const url = destination.resolve(path);
    if (`${url.pathname}${url.search}` === `${base.pathname}${path.slice(1)}`) return { base, url };
  } catch (error) {
    if (!(error instanceof DestinationError)) throw error;
  }
  throw new ProxyProblem("path_rejected");
}

/** An error of the application's listener must not fail the request. */
function reporter(onError = logError): (event: ApiProxyError) => void {
  return (event) => {
    (async () => await onError(event))().catch((error: unknown) => {
      console.error("@usher-auth/client: onError of apiProxy failed:", error);
    });
  };
}

function logError({ code, error }: ApiProxyError): void {
  console.error(`@usher-auth/client: apiProxy answered ${code}`, ...(error === undefined ? [] : [error]));
}
