import { orAborted } from "./abort.ts";
import { isCurable } from "./curable.ts";
import { createDestination } from "./destination.ts";
import { SignedOutError } from "./errors.ts";
import { type Outgoing, prepare } from "./outgoing.ts";
import { createTokenStore } from "./token-store.ts";

export type ApiClientOptions = {
  /**
   * The API's absolute URL. Requests go to its origin, at or below its path, and nowhere else. https, or http on a
   * loopback host.
   */
  baseURL: string | URL;
  /**
   * Fetches the user's token, e.g. `async () => (await authClient.token()).data?.token`. Null, undefined and "" say
   * that nobody is signed in; a network failure must be thrown, and then rejects the calls that needed the token.
   */
  getToken: () => Promise<string | null | undefined>;
  /**
   * Called when the user turns out to be signed out: `getToken` gave none, or the API refused a new token as well.
   * Once, and again only after a token was had in between. Must not throw.
   */
  onSignedOut?: () => void;
  /** Sends a request; called with one `Request`. Default: the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
  /** Milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
};

/** `fetch` with the user's token. */
export type ApiClient = {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Forgets the token. Call it at sign-out and at sign-in: calls from before then never use the next user's token. */
  clearToken(): void;
};

/**
 * Makes a `fetch` for one API that sends the user's token with each request (RFC 6750 section 2.1).
 *
 * - **Where to.** `tasks` and `/tasks` are paths below `baseURL`; an absolute URL must be inside of it. Anything else
 *   throws {@link DestinationError} before a token is fetched. Redirects fail (`redirect: "error"`) unless the caller says
 *   `"manual"`; cookies stay at home (`credentials: "omit"`) unless the caller says otherwise. A caller's own
 *   `Authorization` header is a TypeError.
 * - **The token** is kept until 30 s before its `exp`; one without a readable `exp` is not kept. Concurrent fetches are
 *   one. A browser clock that runs ahead costs more fetches, one that runs late costs a retry; neither fails.
 * - **Retry.** A 401 whose problem `code` a new token can cure (see `curable.ts`) is sent again once, if the new token
 *   is another one. A body that is a stream is sent once only. The answer to the last attempt is returned, whatever it is.
 * - **Signed out.** With no token to send, nothing is sent: the call throws {@link SignedOutError}.
 *
 * It does NOT verify the token, read the response's body for the caller, or throw for a status.
 *
 * @throws TypeError when `baseURL` is not absolute, not https (http on loopback excepted), or has a user, query or fragment.
 */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const destination = createDestination(options.baseURL);
  const send = options.fetch ?? ((request: Request) => globalThis.fetch(request));
  let saidSignedOut = false;

  function signedOut(): void {
    if (saidSignedOut) return;
    saidSignedOut = true;
    options.onSignedOut?.();
  }

  const tokens = createTokenStore({
    getToken: options.getToken,
    now: options.now ?? Date.now,
    onAnswer(token) {
      if (token === undefined) signedOut();
      else saidSignedOut = false;
    },
  });

  async function call(outgoing: Outgoing): Promise<Response> {
    const session = tokens.session();
    const token = await orAborted(tokens.current(), outgoing.signal);
    if (token === undefined) throw new SignedOutError();
    if (tokens.session() !== session) throw new SignedOutError("The token was cleared while this call waited for it");

    const response = await send(outgoing.withToken(token));
    if (!(await isCurable(response)) || tokens.session() !== session) return response;
    if (!outgoing.replayable) {
      tokens.discard(token);
      return response;
    }

    const renewed = await orAborted(tokens.replace(token), outgoing.signal);
    if (renewed === undefined || renewed === token || tokens.session() !== session) return response;

    await response.body?.cancel();
    const second = await send(outgoing.withToken(renewed));
    if (second.status === 401 && tokens.session() === session) {
      tokens.discard(renewed);
      signedOut();
    }
    return second;
  }

  async function client(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const outgoing = prepare(destination, input, init);
    try {
      outgoing.signal?.throwIfAborted();
      return await call(outgoing);
    } finally {
      outgoing.release();
    }
  }

  return Object.assign(client, { clearToken: tokens.clear });
}
