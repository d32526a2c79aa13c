import type { ServerResponse } from "node:http";
import type { Refusal } from "./problem.ts";

/** Answers a `node:http` request with a refusal. Headers that were set before (CORS) stay. */
export function answerWith({ status, headers, body }: Refusal, response: ServerResponse): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}
