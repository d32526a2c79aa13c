import { askClient, askServer } from "./better-auth-calls.ts";
import { type BetterAuthGetToken, isClient, betterAuthToken as tokenOfPage } from "./better-auth-token.ts";
import type { BetterAuthTokenClient, BetterAuthTokenServer, RequestHeaders } from "./better-auth-types.ts";
import { createTokenStore } from "./token-store.ts";

/**
 * Makes a `getToken` function from Better Auth and the headers of one request, for `serverApi` and
 * `apiProxy`.
 *
 * - A Better Auth server in this process is called directly. It gets all headers.
 * - A Better Auth client calls the server of Better Auth over HTTP. Of the headers it sends only `Cookie` and
 *   `Authorization`, in place of those that the client was created with. Without either, nobody is signed in
 *   and nothing is sent. Better Auth sees the address of this server: its rate limit counts all users
 *   together.
 *
 * The function resolves to the token of the request's user, or to null when nobody is signed in. It caches
 * the token until 30 seconds before its `exp`, for these headers only. Every other failure rejects, and calls
 * within the next second get the same error. An attempt may take 10 seconds; after that, the next call starts
 * another. It does not extend the session: the browser would not get the new cookie.
 *
 * The headers are copied when `betterAuthToken` is called.
 *
 * @param auth - the Better Auth server with the `jwt()` or `usherJwt()` plugin, or a client of it
 * @param headers - the headers of the request, with its cookies
 * @returns a function that rejects with {@link TokenUnavailableError} (code `token_unavailable`) when Better
 *   Auth fails with another status than 401, answers without a token or does not answer in time. Any other
 *   error, such as one of `fetch`, is passed on.
 * @throws {TypeError} The server has neither plugin, `headers` are not headers (a promise of Next.js must be
 *   awaited first), or `auth` is neither a client nor a server of Better Auth.
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
 * export const loadTasks = (request: Request) =>
 *   api.for(betterAuthToken(auth, request.headers))("/api/tasks");
 * ```
 */
export function betterAuthToken(
  auth: BetterAuthTokenServer | BetterAuthTokenClient,
  headers: RequestHeaders,
): BetterAuthGetToken;
/**
 * The same as `betterAuthToken` of `@usher-auth/client`, for a module that pages and the server share.
 * `serverApi` refuses what it returns.
 */
export function betterAuthToken(authClient: BetterAuthTokenClient): BetterAuthGetToken;
export function betterAuthToken(
  auth: BetterAuthTokenClient | BetterAuthTokenServer,
  // Undefined by mistake is not the form for browsers, which would sign the request's user out.
  ...rest: [] | [RequestHeaders]
): BetterAuthGetToken {
  if (rest.length === 0) return tokenOfPage(auth as BetterAuthTokenClient);
  return tokenOfRequest(auth, copyHeaders(rest[0]));
}

/** Milliseconds for one attempt to get the token of a request. */
const ATTEMPT = 10_000;

function tokenOfRequest(
  auth: BetterAuthTokenClient | BetterAuthTokenServer,
  headers: Headers,
): BetterAuthGetToken {
  const tokens = createTokenStore({
    getToken: isClient(auth) ? remoteToken(auth, headers) : localToken(auth, headers),
    deadline: ATTEMPT,
    now: () => Date.now(),
  });
  return async ({ rejected } = { rejected: undefined }) =>
    (await (rejected === undefined ? tokens.current() : tokens.replace(rejected))) ?? null;
}

function localToken(auth: BetterAuthTokenServer, headers: Headers): () => Promise<string | null> {
  const { api } = (auth ?? {}) as Partial<BetterAuthTokenServer>;
  if (typeof api?.getToken !== "function") {
    throw new TypeError(
      "betterAuthToken needs a Better Auth server with the plugin jwt() or usherJwt(): auth.api has no getToken",
    );
  }
  return () => askServer(auth, headers);
}

function remoteToken(authClient: BetterAuthTokenClient, headers: Headers): () => Promise<string | null> {
  const credentials = { cookie: headers.get("cookie"), authorization: headers.get("authorization") };
  const isAnonymous = credentials.cookie === null && credentials.authorization === null;
  return async () => (isAnonymous ? null : await askClient(authClient, credentials));
}

/** Headers of any class, as those of this runtime. */
function copyHeaders(headers: RequestHeaders | undefined): Headers {
  if (typeof headers?.forEach !== "function" || Array.isArray(headers)) {
    throw new TypeError(
      "betterAuthToken(auth, headers) needs the Headers of the request: request.headers, in Next.js " +
        "await headers(), and with node:http or Express fromNodeHeaders(request.headers) of better-auth/node",
    );
  }
  const copy = new Headers();
  headers.forEach((value, name) => {
    try {
      copy.append(name, value);
    } catch {
      // The error would quote the value, which may be a cookie.
      throw new TypeError(`The header ${name} of the request is invalid`);
    }
  });
  return copy;
}
