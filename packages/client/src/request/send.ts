import { DestinationError } from "../errors.ts";
import type { Destination } from "./destination.ts";

/**
 * Creates the function that sends a request.
 *
 * React Native's `fetch` follows redirects, whatever the request says, and its responses do not say so. There,
 * a response from outside the destination is refused.
 */
export function createSend(
  ownFetch: ((request: Request) => Promise<Response>) | undefined,
  destination: Destination,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await (ownFetch ? ownFetch(request) : globalThis.fetch(request));
    if (!("redirected" in response)) requireFromDestination(response, destination);
    return response;
  };
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
