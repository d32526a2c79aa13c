/** The part of the Fetch standard that fetching a JWKS needs. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Bounds of one fetch. */
export interface FetchLimits {
  /** Milliseconds from the start of the request to the last byte of the body. */
  readonly deadline: number;
  /** The largest body, in bytes after decompression. */
  readonly maxBytes: number;
}

const headers = { accept: "application/jwk-set+json, application/json", "user-agent": "usher-auth-verify" };

/**
 * Fetches the JSON document at `url`, within limits, or throws an Error that says what came instead.
 *
 * Follows no redirect: the address of the keys is a setting, and whoever answers there does not get to change it.
 */
export async function fetchJwks(url: string, fetch: Fetch, limits: FetchLimits): Promise<unknown> {
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new Error(`no answer within ${limits.deadline} ms`)), limits.deadline);
  try {
    const response = await fetch(url, { headers, redirect: "manual", signal: ended.signal });
    const text = await readAnswer(response, limits.maxBytes, ended.signal);
    return parse(text, response.headers.get("content-type") ?? "");
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    clearTimeout(timer);
    // Whatever is still under way (a body that nobody reads on) ends here.
    ended.abort();
  }
}

async function readAnswer(response: Response, maxBytes: number, signal: AbortSignal): Promise<string> {
  if (response.status !== 200) {
    const redirected = response.status >= 300 && response.status < 400;
    throw new Error(
      `it answered ${response.status}${redirected ? ": redirects are not followed, set the final address" : ""}`,
    );
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
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
