/**
 * There is no token to send: `getToken` gave null, undefined or an empty string, or `clearToken()` was called
 * while this call waited for one. No request was sent.
 *
 * It is not thrown when the network fails: an error of `getToken` itself reaches the caller as it is.
 */
export class SignedOutError extends Error {
  override readonly name = "SignedOutError";
  readonly code = "signed_out";

  constructor(message = "Signed out: there is no token to send, so no request was sent") {
    super(message);
  }
}

/**
 * Whether there is a token could not be found out: `getToken` gave no answer in time, or the issuer was out
 * of order. Nobody was signed out, and no request was sent with a token; the next call tries again.
 */
export class TokenUnavailableError extends Error {
  override readonly name = "TokenUnavailableError";
  readonly code = "token_unavailable";
  /** The issuer's status, such as 429 or 503; undefined when there was no answer in time. */
  readonly status: number | undefined;
  /** Seconds to wait before asking again, as far as the issuer said so. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    { status, retryAfter }: { status?: number | undefined; retryAfter?: number | undefined } = {},
  ) {
    super(message);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * The client was called on a server, where one process serves many users, and nothing says that this client
 * is one user's: it would send the token of one user for the next. No token was fetched and no request was
 * sent.
 */
export class SharedClientError extends Error {
  override readonly name = "SharedClientError";
  readonly code = "client_shared";

  constructor() {
    super(
      "createApiClient keeps its user's token, and a server's process has many users: it would send one user's token for another. " +
        "Make a client for each request, with singleUser: true, and keep it nowhere else. " +
        "singleUser: true is also for a process that one person uses, such as a command line, a desktop app or a test.",
    );
  }
}

/**
 * The request would leave `baseURL` (another origin, or a path outside of its own), so it was not sent and
 * the token stayed here. A TypeError, as `fetch` throws for a request that cannot be made.
 */
export class DestinationError extends TypeError {
  override readonly name = "DestinationError";
  readonly code = "destination_refused";
}
