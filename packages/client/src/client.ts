import { orAborted, requireNotAborted } from "./abort.ts";
import { createDestination } from "./destination.ts";
import { SharedClientError, SignedOutError } from "./errors.ts";
import { type Outgoing, prepare } from "./prepare-request.ts";
import { isCurable } from "./retry-codes.ts";
import { belongsToOnePerson } from "./runtime.ts";
import { createTokenStore } from "./token-store.ts";

type Token = string | null | undefined;

export type ApiClientOptions = {
  /**
   * The API's absolute URL. Requests go to its origin, at or below its path, and nowhere else. https, or http
   * on a loopback host.
   */
  baseURL: string | URL;
  /**
   * Fetches the user's token: {@link betterAuthToken} for Better Auth. Null, undefined and "" say that nobody
   * is signed in, and nothing else does: a network failure, a 429 or a 5xx must be thrown, and then rejects
   * the calls that needed the token.
   */
  getToken: () => Token | PromiseLike<Token>;
  /**
   * Milliseconds that one call of `getToken` may take. Then the calls that wait for it reject with
   * {@link TokenUnavailableError}, and the next one asks anew. From 1 to 300 000. Default: 10 000.
   */
  getTokenTimeout?: number;
  /**
   * Called when the user turns out to be signed out, which `getToken` alone says. Once, and again only after
   * there was a token in between. What it returns is not waited for; what it throws goes to `console.error`
   * and harms no call.
   */
  onSignedOut?: () => unknown;
  /**
   * Says that this client serves one user alone, where the runtime does not say it: a client made for one
   * request of a server, or a process that one person uses (a command line, a test). In browsers and their
   * workers, React Native and Electron it is not needed. Elsewhere every call without it throws {@link
   * SharedClientError}.
   */
  singleUser?: boolean;
  /** Sends a request; called with one `Request`. Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
};

/** `fetch` with the user's token. */
export type ApiClient = {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /**
   * Forgets the token. Call it at sign-out and at sign-in: calls from before then never use the next user's
   * token.
   */
  clearToken(): void;
};

/**
 * Makes a `fetch` for one API that sends the user's token with each request (RFC 6750 section 2.1).
 *
 * - **Where to.** `tasks` and `/tasks` are paths below `baseURL`; an absolute URL must be inside of it.
 *   Anything else throws {@link DestinationError} before a token is fetched. Redirects fail (`redirect:
 *   "error"`) unless the caller says `"manual"`; cookies stay at home (`credentials: "omit"`) unless the
 *   caller says otherwise. A caller's own `Authorization` header is a TypeError, and so is a `Request` of
 *   another class than the global one.
 * - **The token** is kept until 30 s before its `exp`; one without a readable `exp` is not kept. Concurrent
 *   fetches are one. A browser clock that runs ahead costs more fetches, one that runs late costs a retry;
 *   neither fails.
 * - **Retry.** A 401 whose problem `code` a new token can cure (see `curable.ts`) is sent again once, if the
 *   new token is another one. A body that is a stream is sent once only. The answer to the last attempt is
 *   returned, whatever it is.
 * - **Signed out.** With no token to send, nothing is sent: the call throws {@link SignedOutError}. Only
 *   `getToken` says so: neither a 401 to the new token nor a 503 means that the user has signed out.
 * - **One user.** The token is kept in the client, so a client is one user's: see `singleUser`.
 *
 * It does NOT verify the token, read the response's body for the caller, or throw for a status.
 *
 * @throws TypeError when `baseURL` is not absolute, not https (http on loopback excepted), or has a user,
 *   query or fragment; when `getToken` is no function, or `getTokenTimeout` is out of range
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const destination = createDestination(options.baseURL);
  if (typeof options.getToken !== "function")
    throw new TypeError("getToken must be a function that gives the user's token");
  const ownFetch = options.fetch;
  const send = async (request: Request) => await (ownFetch ? ownFetch(request) : globalThis.fetch(request));
  const isOneUsers = options.singleUser === true || belongsToOnePerson();
  let saidSignedOut = false;

  function signedOut(): void {
    if (saidSignedOut) return;
    saidSignedOut = true;
    tell(options.onSignedOut);
  }

  const tokens = createTokenStore({
    getToken: options.getToken,
    deadline: requireTimeout(options.getTokenTimeout ?? 10_000),
    // Looked up at each call, as `fetch` is: tests replace it.
    now: options.now ?? (() => Date.now()),
    onAnswer(token) {
      if (token === undefined) signedOut();
      else saidSignedOut = false;
    },
  });

  async function call(outgoing: Outgoing): Promise<Response> {
    const session = tokens.session();
    const token = await orAborted(tokens.current(), outgoing.signal);
    if (token === undefined) throw new SignedOutError();
    if (tokens.session() !== session)
      throw new SignedOutError("The token was cleared while this call waited for it");

    const response = await orAborted(send(outgoing.withToken(token)), outgoing.signal);
    if (!(await orAborted(isCurable(response), outgoing.signal)) || tokens.session() !== session)
      return response;
    if (!outgoing.replayable) {
      tokens.discard(token);
      return response;
    }

    const renewed = await orAborted(tokens.replace(token), outgoing.signal);
    if (renewed === undefined || renewed === token || tokens.session() !== session) return response;

    await response.body?.cancel();
    return await orAborted(send(outgoing.withToken(renewed)), outgoing.signal);
  }

  async function client(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    if (!isOneUsers) throw new SharedClientError();
    const outgoing = prepare(destination, input, init);
    try {
      requireNotAborted(outgoing.signal);
      return await call(outgoing);
    } finally {
      outgoing.release();
    }
  }

  return Object.assign(client, { clearToken: tokens.clear });
}

/** A listener decides nothing: the call that it is told of goes on, whatever it does. */
function tell(listener: (() => unknown) | undefined): void {
  (async () => await listener?.())().catch((error: unknown) => {
    console.error("@usher-auth/client: onSignedOut failed:", error);
  });
}

function requireTimeout(milliseconds: number): number {
  if (milliseconds >= 1 && milliseconds <= 300_000) return milliseconds;
  throw new TypeError("getTokenTimeout must be milliseconds, from 1 to 300000");
}
