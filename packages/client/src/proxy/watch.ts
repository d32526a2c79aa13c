import { ProxyProblem } from "./problem-response.ts";

/** Watches one request to the API, until its response begins. */
export type Watch = {
  /** Aborts when the browser is gone, also while the response is read, or when the time is over. */
  readonly signal: AbortSignal;
  /** Restarts the time. `isWaiting`: whether the proxy waits for the browser now, and not for the API. */
  progress(isWaiting: boolean): void;
  /** Ends the time limit: the response has begun. */
  stop(): void;
};

/** @param timeout - milliseconds without any progress */
export function startWatch(browser: AbortSignal, timeout: number): Watch {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let hasBegun = false;

  function progress(isWaiting: boolean): void {
    clearTimeout(timer);
    const code = isWaiting ? "request_incomplete" : "api_timeout";
    timer = setTimeout(() => controller.abort(new ProxyProblem(code)), timeout);
  }

  /** While the response is read, the host gets the `AbortError` that it knows. */
  const abort = (): void =>
    hasBegun
      ? controller.abort()
      : controller.abort(new ProxyProblem("request_incomplete", { cause: browser.reason }));
  browser.addEventListener("abort", abort, { once: true });
  if (browser.aborted) abort();
  progress(false);
  return {
    signal: controller.signal,
    progress(isWaiting) {
      if (!hasBegun) progress(isWaiting);
    },
    stop() {
      hasBegun = true;
      clearTimeout(timer);
    },
  };
}
