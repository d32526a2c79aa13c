/**
 * There is no token to send: `getToken` gave null, undefined or an empty string, or `clearToken()` was called while this
 * call waited for one. No request was sent.
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
 * The request would leave `baseURL` (another origin, or a path outside of its own), so it was not sent and the token
 * stayed here. A TypeError, as `fetch` throws for a request that cannot be made.
 */
export class DestinationError extends TypeError {
  override readonly name = "DestinationError";
  readonly code = "destination_refused";
}
