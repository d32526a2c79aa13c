import { type ApiProxyOptions, apiProxy } from "../../src/server.ts";
import { tokenOf } from "../support/tokens.ts";

export const site = "https://app.example.com";
export const token: string = tokenOf("1", 300, "ada");

/** What the proxy has sent to the API. */
export type Sent = { url: string; method: string; headers: Headers };

/** A proxy in front of an API that answers with `answer`, and what it gets. */
export function proxyTo(
  answer: (request: Request) => unknown = () => new Response("tasks"),
  options: Partial<ApiProxyOptions> = {},
) {
  const sent: Sent[] = [];
  const errors: { code: string; error: unknown }[] = [];
  const proxy = apiProxy({
    getToken: () => token,
    baseURL: "https://api.example.com/v1",
    onError: ({ code, error }) => errors.push({ code, error }),
    async fetch(request) {
      const { url, method, headers } = request;
      sent.push({ url, method, headers });
      return (await answer(request)) as Response;
    },
    ...options,
  } as ApiProxyOptions);
  return { proxy, sent, errors };
}

/** A request that a page of the site makes with `fetch`. */
export function fromPage(
  path: string,
  init: RequestInit = {},
  headers: Record<string, string> = {},
): Request {
  return new Request(`${site}${path}`, {
    ...init,
    headers: {
      cookie: "session=1",
      "sec-fetch-site": "same-origin",
      "sec-fetch-mode": "cors",
      "sec-fetch-dest": "empty",
      ...(init.method === undefined || init.method === "GET" ? {} : { origin: site }),
      ...headers,
    },
  });
}

/** The status and the problem's code, or the body. */
export async function outcome(response: Response): Promise<string> {
  const text = await response.text();
  return `${response.status} ${isProblem(response) ? JSON.parse(text).code : text}`.trim();
}

function isProblem({ headers }: Response): boolean {
  return headers.get("content-type") === "application/problem+json";
}
