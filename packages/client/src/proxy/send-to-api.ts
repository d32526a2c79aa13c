import { noStore } from "../no-store.ts";
import { orAborted } from "../request/abort.ts";
import type { ParsedUrl } from "../request/parse-url.ts";
import { openUpload, type Upload } from "./body.ts";
import { isSafe } from "./method.ts";
import { ProxyProblem } from "./problem-response.ts";
import { requestHeaders } from "./request-headers.ts";
import { discard } from "./response.ts";
import { startWatch } from "./watch.ts";

export type SendOptions = {
  readonly maxRequestBytes: number;
  /** Milliseconds. */
  readonly timeout: number;
  /** The application's `fetch`, or the global one. It may throw, reject, hang or return anything. */
  readonly fetch: (url: string, init: RequestInit) => unknown;
};

/**
 * Sends a request to the API and resolves when its response begins. Both bodies are streams.
 *
 * @throws {TypeError} The body has been read already.
 * @throws {ProxyProblem} The API cannot be reached or is too slow; the body is too large or incomplete.
 */
export async function sendToApi(
  request: Request,
  url: ParsedUrl,
  token: string,
  { maxRequestBytes, timeout, fetch }: SendOptions,
): Promise<Response> {
  requireUnread(request);
  const watch = startWatch(request.signal, timeout);
  let upload: Upload | undefined;
  try {
    upload = await orAborted(openUpload(request, maxRequestBytes, watch.progress), watch.signal);
    watch.progress(false);
    const sent = Promise.resolve(fetch(url.href, initFor(token, request, upload, watch.signal)));
    return (await orAborted(sent, watch.signal).catch((error: unknown) => {
      // A `fetch` that ignores its signal may still respond.
      discard(sent);
      throw error;
    })) as Response;
  } catch (error) {
    if (watch.signal.aborted) throw watch.signal.reason;
    throw (
      upload?.problem() ??
      (error instanceof ProxyProblem ? error : new ProxyProblem("api_unavailable", { cause: error }))
    );
  } finally {
    watch.stop();
  }
}

function initFor(
  token: string,
  { method, headers: received }: Request,
  { stream, length }: Upload,
  signal: AbortSignal,
): RequestInit {
  const headers = requestHeaders(received, token);
  if (length !== undefined) headers.set("content-length", String(length));
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    body: stream ?? null,
    duplex: "half",
    // A redirect is for the browser: another server must not get the token.
    redirect: "manual",
    ...noStore(),
    signal,
  };
  return init;
}

/** A framework's parser, or a middleware, has taken the body: nothing must be sent as if it were empty. */
function requireUnread({ method, headers, body, bodyUsed }: Request): void {
  const isMissing = !isSafe(method) && body === null && Number(headers.get("content-length")) > 0;
  if (bodyUsed || isMissing)
    throw new TypeError(
      "apiProxy needs the request's own body: it has been read, for example by a body parser",
    );
}
