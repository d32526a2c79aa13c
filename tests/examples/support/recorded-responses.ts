import type { BrowserContext, Response } from "playwright-core";

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

/** Records all responses of all pages of a context. */
export function recordResponses(context: BrowserContext): Recorded {
  const recorded: Promise<RecordedResponse>[] = [];
  context.on("response", (response) => recorded.push(record(response)));
  return () => Promise.all(recorded);
}

async function record(response: Response): Promise<RecordedResponse> {
  const body = await response.text().catch(() => "");
  const headers = await response.allHeaders().catch(() => response.headers());
  return {
    method: response.request().method(),
    url: new URL(response.url()),
    status: response.status(),
    headers,
    body,
  };
}
