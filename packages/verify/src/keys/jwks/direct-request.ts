/** The response of an HTTP server. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/**
 * Sends a request to a server without a proxy. `fetch` cannot guarantee that: if HTTP_PROXY is set, Bun,
 * Deno, and Node with NODE_USE_ENV_PROXY=1 use the proxy for http://localhost and http://web as well, unless
 * NO_PROXY lists them. `node:http` with an agent that has an empty proxy environment never does.
 *
 * @returns undefined if the host has no `node:http`, or if its loopback is not its own machine's (Workers).
 *   The caller then uses `fetch`.
 */
export function askDirectly(
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
      // An interrupted body fails in the code that reads it.
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
