/** What an HTTP server has answered. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Asks a server on this machine, without a proxy. `fetch` has no such promise to give: with HTTP_PROXY set,
 * Bun's and Deno's, and Node's under NODE_USE_ENV_PROXY=1, go to the proxy for http://localhost too, unless
 * NO_PROXY names it. `node:http` does not, with an agent that is given an environment of its own: an empty
 * one.
 *
 * @returns undefined on a host without `node:http`, or whose network is not its machine's (Workers): `fetch`
 *   it is there.
 */
export function askThisMachine(
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> | undefined {
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers") return undefined;
  const http = globalThis.process?.getBuiltinModule?.("node:http");
  if (http === undefined) return undefined;
  const agent = new http.Agent({ proxyEnv: {} });
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers, signal }, (response) => {
      // Whatever breaks off is told to whoever reads it, or to nobody.
      response.on("error", () => undefined);
      resolve({
        status: response.statusCode ?? 0,
        contentType: response.headers["content-type"] ?? "",
        body: response,
      });
    });
    request.on("error", reject);
  });
}
