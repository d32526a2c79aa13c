/** Milliseconds from the first request of a check until it runs. One change often causes several requests. */
const DELAY = 100;

/** Milliseconds between two checks. */
const INTERVAL = 1000;

/** Runs one check for many requests, and at most one each second. */
export type SessionChecks = { request(): void; cancel(): void };

export function createSessionChecks(check: () => void): SessionChecks {
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether there was a request after the last check. */
  let requested = false;

  function run(): void {
    requested = false;
    timer = setTimeout(() => {
      timer = undefined;
      if (requested) run();
    }, INTERVAL);
    check();
  }

  return {
    request() {
      requested = true;
      timer ??= setTimeout(run, DELAY);
    },
    cancel() {
      clearTimeout(timer);
      timer = undefined;
      requested = false;
    },
  };
}
