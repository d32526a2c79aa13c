import { APIError } from "better-auth/api";

/** Seconds, for Retry-After (RFC 9110 section 10.2.3). */
const retryAfter = "5";

/** A 503. An outage must not be a 401: clients treat a 401 as a sign-out. */
export function unavailable(code: string, message: string): APIError {
  return new APIError(
    "SERVICE_UNAVAILABLE",
    { code, message },
    { "retry-after": retryAfter, "cache-control": "no-store" },
  );
}
