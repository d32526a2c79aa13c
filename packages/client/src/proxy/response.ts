import { ProxyProblem } from "./problem-response.ts";
import { responseHeaders } from "./response-headers.ts";

/** Statuses without a body (Fetch standard, "null body status"). */
const withoutBody = [204, 205, 304];

/** What the response gets on its way. */
export type Passage = {
  /** `Set-Cookie` fields of Better Auth. */
  readonly cookies: readonly string[];
  /** Turns a `Location` of the API into one of this site. */
  relocate(location: string): string;
};

/**
 * The API's response, as the browser gets it.
 *
 * @throws {ProxyProblem} `api_unavailable`: it is not a response that can be passed on.
 */
export function responseForBrowser(response: Response, method: string, passage: Passage): Response {
  try {
    return toBrowser(response, method, passage);
  } catch (cause) {
    discard(response);
    throw new ProxyProblem("api_unavailable", { cause });
  }
}

function toBrowser(received: Response, method: string, { cookies, relocate }: Passage): Response {
  const { status, body } = received;
  // Some hosts have a Response that does not check it.
  if (!(status >= 200 && status <= 599)) throw new RangeError("The API's status is not an HTTP status");
  const headers = responseHeaders(received.headers, relocate);
  for (const cookie of cookies) headers.append("set-cookie", cookie);
  const hasBody = method !== "HEAD" && !withoutBody.includes(status);
  const response = new Response(hasBody ? body : null, { status, headers });
  if (!hasBody) discard(received);
  return response;
}

/** Ends a response that nobody will read, now or when it comes. Otherwise its connection stays open. */
export function discard(response: unknown): void {
  (async () => await ((await response) as Response | undefined)?.body?.cancel())().catch(() => undefined);
}
