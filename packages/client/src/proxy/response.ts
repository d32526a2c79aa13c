import { responseHeaders } from "./response-headers.ts";

/** Statuses without a body (Fetch standard, "null body status"). */
const withoutBody = [204, 205, 304];

/**
 * The API's response, as the browser gets it.
 *
 * @param relocate - turns a `Location` of the API into one of this site
 * @throws The response is not one that can be passed on.
 */
export function responseForBrowser(
  { status, headers, body }: Response,
  method: string,
  relocate: (location: string) => string,
): Response {
  const hasBody = method !== "HEAD" && !withoutBody.includes(status);
  const response = new Response(hasBody ? body : null, {
    status,
    headers: responseHeaders(headers, relocate),
  });
  if (!hasBody) body?.cancel().catch(() => undefined);
  return response;
}
