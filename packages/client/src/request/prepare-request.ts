import { requestsTake } from "../request-members.ts";
import type { Destination } from "./destination.ts";

/** A checked request. It can be sent once, or several times if its body can be read again. */
export type PreparedRequest = {
  signal: AbortSignal | null | undefined;
  /** Whether `withToken` may be called more than once. */
  replayable: boolean;
  /** Whether a redirect is the caller's to see. Otherwise it is an error. */
  seesRedirects: boolean;
  /** The request to send, with this token. */
  withToken(token: string): Request;
  /** Releases the copy of the body that was kept for another attempt. */
  release(): void;
};

/** Members of the request that apply unless the caller has decided on them. */
export type Defaults = Pick<RequestInit, "cache">;

/**
 * Checks the arguments of a call and prepares its request. Later changes of `init` and its headers
 * have no effect.
 *
 * @throws {DestinationError} The URL is outside the destination.
 * @throws {TypeError} The caller set `Authorization`, or `Cookie` without `credentials`, or passed a Request
 *   that is not an instance of the global class.
 */
export function prepareRequest(
  destination: Destination,
  input: string | URL | Request,
  init: RequestInit = {},
  defaults: Defaults = {},
): PreparedRequest {
  requireNoForeignRequest(init, "bodyUsed");
  if (input instanceof Request) return fromRequest(destination, input, init, defaults);
  requireNoForeignRequest(input, "url");
  const url = destination.resolve(input);
  if (init instanceof Request) return fromRequest(destination, new Request(url.href, init), {}, defaults);
  const members = init.cache === undefined ? { ...init, ...defaults } : { ...init };
  const headers = new Headers(members.headers);
  const credentials = members.credentials ?? "omit";
  requireNoCredentials(headers, credentials);
  const seesRedirects = members.redirect === "manual";
  const redirect = redirectMode(seesRedirects);
  const options = { ...members, headers, redirect, credentials };
  return {
    signal: members.signal,
    replayable: !isStream(members.body),
    seesRedirects,
    withToken: (token) => authorize(withMembers(new Request(url.href, options), { redirect }), token),
    release() {},
  };
}

/**
 * A Request does not reveal whether its body was a stream, so a copy is kept until the response arrives. For
 * a stream, that copies all of it into memory; callers avoid this by passing the stream in `init.body`.
 */
function fromRequest(
  destination: Destination,
  input: Request,
  init: RequestInit,
  defaults: Defaults,
): PreparedRequest {
  destination.resolve(input.url);
  // A copy of the object would have no members: a Request inherits them.
  if (init instanceof Request) return fromRequest(destination, new Request(input, init), {}, defaults);
  const members = leavesCache(input) && init.cache === undefined ? { ...init, ...defaults } : { ...init };
  const headers = new Headers(members.headers ?? input.headers);
  // "same-origin" is the default of every Request, so only "include" is a decision of the caller.
  const credentials = members.credentials ?? (input.credentials === "include" ? "include" : "omit");
  requireNoCredentials(headers, credentials);
  const replayable = !isStream(members.body);
  const seesRedirects = (members.redirect ?? input.redirect) === "manual";
  const redirect = redirectMode(seesRedirects);
  const original = new Request(input, {
    ...members,
    headers,
    redirect,
    credentials,
  });
  // What is sent is this URL. A subclass of Request may have returned another one.
  const url = destination.resolve(original.url);
  const sent = url.href === original.url ? { redirect } : { redirect, url: url.href };
  return {
    signal: original.signal,
    replayable,
    seesRedirects,
    withToken: (token) => authorize(withMembers(replayable ? original.clone() : original, sent), token),
    release() {
      if (replayable && !original.bodyUsed) original.body?.cancel().catch(() => undefined);
    },
  };
}

/** "default" is the mode of every Request, so only another one is a decision of the caller. */
function leavesCache({ cache }: Request): boolean {
  return (cache ?? "default") === "default";
}

/**
 * Converted to a string it would be "[object Request]", and be sent as a GET of that path. As `init`, it
 * would have no method and no body.
 *
 * @param sign - the member that gives it away
 */
function requireNoForeignRequest(value: object | string | null, sign: "url" | "bodyUsed"): void {
  if (typeof value !== "object" || value === null || value instanceof Request || !(sign in value)) return;
  throw new TypeError(
    "This Request is not of the global class Request, but of another package or frame: pass its URL and " +
      "members instead",
  );
}

/**
 * Redirects are not followed: their target is unknown, and not every runtime removes the token on the way to
 * another origin. "follow" is treated as unset, because it is the default of every Request.
 */
function redirectMode(seesRedirects: boolean): "manual" | "error" {
  return !seesRedirects && requestsTake({ redirect: "error" }) ? "error" : "manual";
}

/**
 * A server may pass on all headers of a page's request. Its cookie is the user's session at Better Auth,
 * which the API must not get. Browsers drop the header.
 */
function requireNoCredentials(headers: Headers, credentials: RequestInit["credentials"]): void {
  if (headers.has("authorization")) {
    throw new TypeError(
      "The client sets Authorization itself: remove the header, or use fetch for this request",
    );
  }
  if (headers.has("cookie") && credentials === "omit") {
    throw new TypeError(
      'The request has a Cookie header, and the API needs none: remove it, or set credentials: "include"',
    );
  }
}

/**
 * A stream can be read once. Node also accepts async iterables as bodies; browsers do not. `getReader`
 * identifies a stream in browsers that cannot iterate it; React Native has no `ReadableStream` to compare
 * with.
 */
function isStream(body: unknown): boolean {
  return typeof body === "object" && body !== null && (Symbol.asyncIterator in body || "getReader" in body);
}

/**
 * React Native's Request drops `redirect`, and has its URL as the caller wrote it. Expo's `fetch` reads both
 * from the object. In other runtimes they have these values already, and are read-only.
 */
function withMembers(request: Request, members: { redirect: Request["redirect"]; url?: string }): Request {
  for (const [name, value] of Object.entries(members))
    if (request[name as "url"] !== value) Object.defineProperty(request, name, { value, configurable: true });
  return request;
}

function authorize(request: Request, token: string): Request {
  request.headers.set("authorization", `Bearer ${token}`);
  return request;
}
