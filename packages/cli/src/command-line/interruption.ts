/** Ctrl-C, how a CI system ends a job, and a terminal that closes. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Milliseconds. Ctrl-C may arrive twice: from the terminal, and from npm, which forwards it. */
const sameSignal = 500;

/** The signals that end a command. */
export interface Interruption {
  /** Aborted by the first signal. The command still cleans up. */
  readonly signal: AbortSignal;
  /** Sets what is called before a second signal ends the process. It must not wait for anything. */
  beforeEnd(say: () => void): void;
  /** Leaves signals to Node again, which ends the process. */
  stop(): void;
}

/** Listens to signals. The first one aborts `signal`. Another one ends the process, as if nobody listened. */
export function listenForInterruption(): Interruption {
  const controller = new AbortController();
  let first: number | undefined;
  let lastWords = () => {};

  function onSignal(signal: NodeJS.Signals): void {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      controller.abort();
    } else if (now - first > sameSignal) {
      lastWords();
      stop();
      process.kill(process.pid, signal);
    }
  }

  function stop(): void {
    for (const signal of signals) process.off(signal, onSignal);
  }

  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    beforeEnd(say) {
      lastWords = say;
    },
    stop,
  };
}
