import type { Agent, RequestInit as UndiciRequestInit } from "undici";

let agent: Agent | undefined;

/**
 * Like `fetch`, without a proxy. For addresses with http: with NODE_USE_ENV_PROXY=1 and HTTP_PROXY, `fetch`
 * would ask the proxy for http://127.0.0.1 as well. The proxy would see what is sent, and could answer
 * itself.
 */
export async function directFetch(url: URL, init: RequestInit): Promise<Response> {
  const undici = await import("undici");
  agent ??= new undici.Agent();
  // The two types of a Response differ in what nobody reads here.
  const response = await undici.fetch(url, { ...(init as unknown as UndiciRequestInit), dispatcher: agent });
  return response as unknown as Response;
}
