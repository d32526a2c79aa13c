import type { Destination } from "./destination.ts";

/** A request that was checked and may be sent: once, or twice when its body can be had again. */
export type Outgoing = {
  signal: AbortSignal | null | undefined;
  /** Whether `withToken` may be called a second time. */
  replayable: boolean;
  /** The request to send, with this token. */
  withToken(token: string): Request;
  /** Lets go of what was held for a second sending. */
  release(): void;
};

/**
 * Checks a call's arguments and makes the request of it.
 *
 * Throws DestinationError when it would leave the destination, and a TypeError when the caller set
 * `Authorization` or passed a Request of another class than the global one.
 */
export function prepare(
  destination: Destination,
  input: string | URL | Request,
  init: RequestInit = {},
): Outgoing {
  if (input instanceof Request) return prepareRequest(destination, input, init);
  requireNoForeignRequest(input);
  const url = destination.resolve(input);
  requireNoAuthorization(new Headers(init.headers));
  const options: RequestInit = {
    ...init,
    redirect: redirectMode(init.redirect),
    credentials: init.credentials ?? "omit",
  };
  return {
    signal: init.signal,
    replayable: !isStream(init.body),
    withToken: (token) => authorize(new Request(url, options), token),
    release() {},
  };
}

/**
 * A Request does not tell what its body was made of, so a copy is kept until the answer is there: for a body
 * that is a stream, that is all of it in memory. Who uploads streams of unknown length passes them in
 * `init.body`.
 */
function prepareRequest(destination: Destination, input: Request, init: RequestInit): Outgoing {
  destination.resolve(input.url);
  requireNoAuthorization(new Headers(init.headers ?? input.headers));
  const replayable = !isStream(init.body);
  const original = new Request(input, {
    ...init,
    redirect: redirectMode(init.redirect ?? input.redirect),
    // "same-origin" is what every Request has unless told otherwise, so it does not count as a wish to send
    // cookies.
    credentials: init.credentials ?? (input.credentials === "include" ? "include" : "omit"),
  });
  let isFirst = true;
  return {
    signal: original.signal,
    replayable,
    withToken(token) {
      const request = isFirst && replayable ? original.clone() : original;
      isFirst = false;
      return authorize(request, token);
    },
    release() {
      if (replayable && !original.bodyUsed) original.body?.cancel().catch(() => undefined);
    },
  };
}

/** As text it would be "[object Request]", and a GET of that name. */
function requireNoForeignRequest(input: object | string | null): void {
  if (typeof input !== "object" || input === null || !("url" in input)) return;
  throw new TypeError(
    "This Request is not of the global class Request, but another package's or frame's: pass its URL",
  );
}

/**
 * Redirects are not followed: where one leads is not ours to promise, and not every runtime drops the token
 * on the way to another origin. "follow" counts as not said, because every Request that did not say anything
 * has it.
 */
function redirectMode(wish: Request["redirect"] | undefined): "manual" | "error" {
  return wish === "manual" ? "manual" : "error";
}

function requireNoAuthorization(headers: Headers): void {
  if (!headers.has("authorization")) return;
  throw new TypeError(
    "The client sets Authorization itself: leave the header out, or use fetch for this request",
  );
}

/**
 * A stream can be read once. Node also takes async iterables as bodies; no browser does. A stream of a
 * browser that cannot iterate it is told by its reader: React Native has no `ReadableStream` to compare with.
 */
function isStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && (Symbol.asyncIterator in body || "getReader" in body);
}

function authorize(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}
