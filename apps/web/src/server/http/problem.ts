import { httpProblem, problemContentType } from "@usher-auth/verify/http";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** A problem response (RFC 9457), as the API sends. */
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
