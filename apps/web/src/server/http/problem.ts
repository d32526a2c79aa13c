import { httpProblem, problemContentType } from "@usher-auth/verify";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** An answer in the form that the API's errors have (RFC 9457). */
export function problem(
  context: Context,
  status: ContentfulStatusCode,
  headers: Record<string, string> = {},
): Response {
  return context.body(JSON.stringify(httpProblem(status)), status, {
    "content-type": problemContentType,
    "cache-control": "no-store",
    ...headers,
  });
}
