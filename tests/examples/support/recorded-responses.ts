import type { BrowserContext, Request } from "playwright-core";

/** A response that a browser has received. */
interface RecordedResponse {
  readonly method: string;
  readonly url: URL;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty for redirects and for responses that the browser did not keep. */
  readonly body: string;
}

/** The responses of a context so far. */
export type Recorded = () => Promise<readonly RecordedResponse[]>;

/** Records all responses of all pages of a context that have ended. An event stream has not. */
export function recordResponses(context: BrowserContext): Recorded {
  const recorded: Promise<RecordedResponse | undefined>[] = [];
  context.on("requestfinished", (request) => recorded.push(record(request)));
  return async () => (await Promise.all(recorded)).filter((response) => response !== undefined);
}

async function record(request: Request): Promise<RecordedResponse | undefined> {
  const response = await request.response();
  if (response === null) return undefined;
  const body = await response.text().catch(() => "");
  const headers = await response.allHeaders().catch(() => response.headers());
  return {
    method: request.method(),
    url: new URL(response.url()),
    status: response.status(),
    headers,
    body,
  };
}
