import { type Answer, askDirectly } from "./direct-request.ts";

/** The part of the Fetch standard that fetching a JWKS needs. */
export type Fetch = (url: string, init: RequestInit) => PromiseLike<Response>;

/** The host's own `fetch`, to recognize a replaced one. */
const hostFetch = globalThis.fetch;

/**
 * Fetches the JSON document at `url`, or throws an Error that describes the response. The caller limits the
 * time with `signal`.
 *
 * Follows no redirect: the URL of the keys is a setting, and the server behind it must not change it. Plain
 * http, to this machine or to an allowed host, uses no proxy, whatever the environment says.
 *
 * @param fetch Default: the current global `fetch`.
 * @param maxBytes The largest body, in bytes after decompression.
 */
export async function fetchJwks(
  url: string,
  fetch: Fetch | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<unknown> {
  // A new object for each fetch: a custom `fetch` may change it.
  const headers = { accept: "application/jwk-set+json, application/json", "user-agent": "usher-auth-verify" };
  const answer = await ask(url, fetch ?? globalThis.fetch, headers, signal);
  return parse(await readAnswer(answer, maxBytes, signal), answer.contentType);
}

async function ask(
  url: string,
  fetch: Fetch,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> {
  // A host may send plain http through HTTP_PROXY, and the proxy could answer with its own keys.
  const direct =
    url.startsWith("http:") && fetch === hostFetch ? askDirectly(url, headers, signal) : undefined;
  if (direct !== undefined) return direct;
  const response = await fetch(url, { headers, redirect: "manual", signal });
  return {
    status: response.status,
    contentType: response.headers.get("content-type") ?? "",
    body: response.body ?? [],
  };
}

async function readAnswer({ status, body }: Answer, maxBytes: number, signal: AbortSignal): Promise<string> {
  if (status !== 200) {
    const redirected = status >= 300 && status < 400;
    throw new Error(
      `it answered ${status}${redirected ? ": redirects are not followed; set the final URL" : ""}`,
    );
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`its response is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string, contentType: string): unknown {
  if (contentType.includes("html") || text.trimStart().startsWith("<")) {
    throw new Error("it answered HTML, not a JWKS: Better Auth serves its keys at /api/auth/jwks");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("its response is not JSON");
  }
}
