import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { text } from "node:stream/consumers";

/** The API's response, with the headers that the page shows. */
export interface ForwardedResponse {
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Milliseconds. */
const deadline = 5000;

const shown = ["www-authenticate", "content-type", "x-request-id", "x-refusal"];

/**
 * Sends a GET request with an `Authorization` header for each token. A browser cannot: `fetch` joins two
 * fields into one.
 *
 * @throws {Error} when the API does not answer
 */
export async function sendTwoHeaders(url: string, tokens: readonly string[]): Promise<ForwardedResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ForwardedResponse>();
  const send = url.startsWith("https:") ? httpsRequest : httpRequest;
  const request = send(url, { signal: AbortSignal.timeout(deadline), agent: false });
  request.setHeader(
    "authorization",
    tokens.map((token) => `Bearer ${token}`),
  );
  request.on("error", reject);
  request.on("response", (response) => {
    const headers = Object.fromEntries(
      shown.flatMap((name) => {
        const value = response.headers[name];
        return typeof value === "string" ? [[name, value]] : [];
      }),
    );
    const { statusCode: status = 0, statusMessage: statusText = "" } = response;
    text(response).then((body) => resolve({ url, status, statusText, headers, body }), reject);
  });
  request.end();
  return promise;
}
