import { apiProxy, readProblem, serverApi } from "@usher-auth/client/server";

/** A command to call an API with the client. */
export interface ClientCommand {
  readonly name: "client";
  /** The URL of an API that refuses the token `old`, and of another one, that must get nothing. */
  readonly api: string;
}

/** Calls the API in each way, and returns the outcomes. */
export async function callApi({ api }: ClientCommand): Promise<Record<string, unknown>> {
  const fetchApi = serverApi({ baseURL: api }).for(({ rejected }) => tokenOf(rejected ? "new" : "old"));
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 50);
  const init = { method: "POST", body: "Tea" };
  const stream = {
    method: "POST",
    body: new Response("Tea").body as ReadableStream,
    duplex: "half",
  } as const;

  const proxy = apiProxy({ getToken: () => tokenOf("new"), baseURL: api });
  const proxied = (path: string, options: RequestInit = {}, site = "same-origin"): Promise<Response> =>
    proxy(
      new Request(`https://app.example.com/backend/${path}`, {
        ...options,
        headers: { "sec-fetch-site": site, cookie: "session=1" },
      }),
    );

  return {
    proxied: await outcome(proxied("tasks")),
    proxiedStream: await outcome(
      proxied("tasks", { ...stream, body: new Response("Tea").body } as RequestInit),
    ),
    proxiedWithoutBody: await outcome(proxied("tasks", { method: "POST" })),
    proxiedHead: await outcome(proxied("tasks", { method: "HEAD" })),
    proxiedRedirect: await outcome(proxied("redirect")),
    proxiedCrossSite: (await readProblem(await proxied("tasks", init, "cross-site")))?.code,
    proxiedAbort: (await readProblem(await proxied("slow", { signal: AbortSignal.timeout(50) })))?.code,
    text: await outcome(fetchApi("tasks", init)),
    request: await outcome(fetchApi(new Request(`${api}tasks`, init))),
    stream: await outcome(fetchApi("tasks", stream)),
    head: await outcome(fetchApi("tasks", { method: "HEAD" })),
    large: await outcome(fetchApi("large")),
    problem: (await readProblem(await fetchApi("refused")))?.code,
    redirect: await outcome(fetchApi("redirect")),
    seenRedirect: await outcome(fetchApi("redirect", { redirect: "manual" })),
    outside: await outcome(fetchApi("/../../elsewhere")),
    aborted: await outcome(fetchApi("slow", { signal: controller.signal })),
    signedOut: await outcome(serverApi({ baseURL: api }).for(() => null)("tasks")),
  };
}

/** A token that the client can read, and the API compares. */
function tokenOf(id: string): string {
  return `${btoa('{"alg":"HS256"}')}.${btoa(JSON.stringify({ sub: "ada" }))}.${id}`.replaceAll("=", "");
}

/** The status and the text or its length, or the name of the error. */
async function outcome(call: Promise<Response>): Promise<string> {
  try {
    const response = await call;
    const text = await response.text();
    return `${response.status} ${text.length > 100 ? text.length : text}`.trim();
  } catch (error) {
    return (error as Error).name;
  }
}
