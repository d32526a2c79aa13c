import type { IncomingMessage, ServerResponse } from "node:http";
import type { Refuses } from "./outcome.ts";

/** A request as `node:http` hands it over. Names and values in `headers` are as they were sent. */
export function requestOf(
  target: string,
  headers: readonly (readonly [name: string, value: string])[],
): IncomingMessage {
  const request = { method: "GET", url: target, rawHeaders: headers.flat(), headers: {} };
  return request as unknown as IncomingMessage;
}

/** A response that records what a guard answers. */
export interface RecordedResponse {
  readonly response: ServerResponse;
  refuses(): Refuses;
}

export function recordResponse(): RecordedResponse {
  const headers: Record<string, string> = {};
  let body = "";
  const response = {
    headersSent: false,
    statusCode: 200,
    setHeader(name: string, value: string) {
      headers[name] = value;
    },
    end(text: string) {
      body = text;
    },
  };
  return {
    response: response as unknown as ServerResponse,
    refuses: () => ({
      code: JSON.parse(body).code,
      status: response.statusCode,
      challenge: headers["www-authenticate"] ?? null,
      retryAfter: headers["retry-after"] ?? null,
      body,
    }),
  };
}
