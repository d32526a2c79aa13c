import { withDeadline } from "../deadline.ts";

/** Milliseconds for one attempt, including the answer. */
export const sendDeadline = 5000;

/**
 * Posts a logout token to a backend (Back-Channel Logout 1.0 section 2.5). Redirects are not followed: the
 * token is only for the configured URL.
 *
 * @param deadline - milliseconds
 * @returns why it was not acknowledged, in a few words without any part of the token; `undefined` when it
 *   was. Never throws
 */
export async function sendLogoutToken(
  endpoint: string,
  token: string,
  deadline: number = sendDeadline,
): Promise<string | undefined> {
  try {
    // An application may have replaced `fetch` with one that ignores its signal.
    const { status, body } = await withDeadline(
      deadline,
      () => post(endpoint, token, deadline),
      timeoutError,
    );
    body?.cancel().catch(() => undefined);
    // Section 2.8: 200. Some frameworks turn an empty 200 into a 204.
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

function timeoutError(): Error {
  return new DOMException("no answer in time", "TimeoutError");
}

function reasonOf(error: unknown): string {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: { code?: unknown } };
  if (name === "TimeoutError") return "no answer in time";
  // A replaced `fetch` may say anything.
  return typeof cause?.code === "string" && /^\w{1,50}$/.test(cause.code) ? cause.code : "no connection";
}
