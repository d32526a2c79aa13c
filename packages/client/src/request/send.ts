import { DestinationError } from "../errors.ts";
import type { Destination } from "./destination.ts";

/** @param seesRedirects - whether a redirect is the caller's to see */
export type Send = (request: Request, seesRedirects: boolean) => Promise<Response>;

/**
 * Creates the function that sends a request. It throws for a redirect, unless the caller may see it: Workers
 * have no `redirect: "error"`, for which `fetch` throws elsewhere.
 *
 * React Native's `fetch` follows redirects, whatever the request says, and its responses do not say so.
 * There, a response from outside the destination is refused.
 */
export function createSend(
  ownFetch: ((request: Request) => Promise<Response>) | undefined,
  destination: Destination,
): Send {
  return async (request, seesRedirects) => {
    const response = await (ownFetch ? ownFetch(request) : globalThis.fetch(request));
    if (!seesRedirects) requireNoRedirect(response);
    if (!("redirected" in response)) requireFromDestination(response, destination);
    return response;
  };
}

function requireNoRedirect({ type, status, body }: Response): void {
  if (type !== "opaqueredirect" && ![301, 302, 303, 307, 308].includes(status)) return;
  body?.cancel().catch(() => undefined);
  throw new TypeError(
    "The API answered with a redirect, which was not followed: the token is for the API only",
  );
}

/** A response made by a test has no URL. */
function requireFromDestination({ url }: Pick<Response, "url">, destination: Destination): void {
  if (!url) return;
  try {
    destination.resolve(url);
  } catch {
    throw new DestinationError("The API redirected the request outside baseURL: the response was not used");
  }
}
