import { within } from "../deadline.ts";

/** Milliseconds for one attempt, answer included. */
export const sendDeadline = 5000;

/**
 * Hands a logout token to a backend (Back-Channel Logout 1.0 section 2.5). Redirects are not followed: the
 * token is for the address that was configured, and for no other.
 *
 * @param deadline - milliseconds
 * @returns why it was not acknowledged, in a few words that hold nothing of the token; `undefined` when it
 *   was. Never throws
 */
export async function sendLogoutToken(
  endpoint: string,
  token: string,
  deadline: number = sendDeadline,
): Promise<string | undefined> {
  try {
    // The deadline is held here too: a `fetch` that the application put in the place of Node's may ignore its
    // signal.
    const { status, body } = await within(deadline, () => post(endpoint, token, deadline), tooLate);
    body?.cancel().catch(() => undefined);
    // Section 2.8: 200, or the 204 that some frameworks make of it.
    return status === 200 || status === 204 ? undefined : `it answered ${status}`;
  } catch (error) {
    return reasonOf(error);
  }
}

function post(endpoint: string, token: string, deadline: number): Promise<Response> {
  return fetch(endpoint, {
    method: "POST",
    body: new URLSearchParams({ logout_token: token }),
    redirect: "manual",
    signal: AbortSignal.timeout(deadline),
  });
}

function tooLate(): Error {
  return new DOMException("no answer in time", "TimeoutError");
}

function reasonOf(error: unknown): string {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: { code?: unknown } };
  if (name === "TimeoutError") return "no answer in time";
  return typeof cause?.code === "string" ? cause.code : "no connection";
}
