import { type Answer, askThisMachine } from "./loopback.ts";

/** The part of the Fetch standard that fetching a JWKS needs. */
export type Fetch = (url: string, init: RequestInit) => PromiseLike<Response>;

/** The host's own `fetch`, to tell it from one that was put in its place. */
const hostFetch = globalThis.fetch;

/**
 * Fetches the JSON document at `url`, or throws an Error that says what came instead. How long it may take,
 * the caller says by `signal`.
 *
 * Follows no redirect: the address of the keys is a setting, and whoever answers there does not get to change
 * it. Over plain http, which is for this machine alone, no proxy is used, whatever the environment says.
 *
 * @param fetch Default: the global `fetch` of this moment.
 * @param maxBytes The largest body, in bytes after decompression.
 */
export async function fetchJwks(
  url: string,
  fetch: Fetch | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<unknown> {
  // A new object each time: whose `fetch` it is may change what it is given.
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
  // Hosts may send what `fetch` asks for through HTTP_PROXY, loopback too, and a proxy would answer with keys
  // of its own.
  const direct =
    url.startsWith("http:") && fetch === hostFetch ? askThisMachine(url, headers, signal) : undefined;
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
      `it answered ${status}${redirected ? ": redirects are not followed, set the final address" : ""}`,
    );
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    signal.throwIfAborted();
    length += chunk.byteLength;
    if (length > maxBytes) throw new Error(`its answer is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parse(text: string, contentType: string): unknown {
  if (contentType.includes("html") || text.trimStart().startsWith("<")) {
    throw new Error("it answered HTML and no JWKS: Better Auth serves its keys at /api/auth/jwks");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("its answer is not JSON");
  }
}
