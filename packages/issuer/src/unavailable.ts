import { APIError } from "better-auth/api";

/** Seconds, for Retry-After (RFC 9110 section 10.2.3). */
const retryAfter = "5";

/** What cannot be told now is a 503, and no 401: a client would take that for a sign-out. */
export function unavailable(code: string, message: string): APIError {
  return new APIError(
    "SERVICE_UNAVAILABLE",
    { code, message },
    { "retry-after": retryAfter, "cache-control": "no-store" },
  );
}
