/** The signals that ask a process to end. In a container, where this is process 1, nothing else handles them. */
const signals = ["SIGTERM", "SIGINT"] as const;
type Signal = (typeof signals)[number];

/** Exit codes of a process that a signal ended: 128 and its number. */
const exitCodes: Readonly<Record<Signal, number>> = { SIGTERM: 143, SIGINT: 130 };

/**
 * Milliseconds. Ctrl+C reaches every process of the terminal, and a package manager between may pass it on as
 * well: two signals at once are one.
 */
const sameSignal = 500;

/** The signals of a process, from the start to the end of a gate. */
export interface CaughtSignals {
  /** Resolves with the first one. */
  readonly first: Promise<Signal>;
  /** Leaves further signals to Node. */
  release(): void;
}

/**
 * Catches the signals that ask this process to end, also while the gate starts. The first one is for the
 * caller. A second one ends the process at once.
 *
 * @param host For tests.
 */
export function catchSignals(host: Pick<NodeJS.Process, "on" | "off" | "exit"> = process): CaughtSignals {
  const { promise: first, resolve } = Promise.withResolvers<Signal>();
  let firstAt: number | undefined;
  const listen = (signal: Signal) => {
    if (firstAt !== undefined && performance.now() - firstAt > sameSignal) host.exit(exitCodes[signal]);
    firstAt ??= performance.now();
    resolve(signal);
  };
  for (const signal of signals) host.on(signal, listen);
  return {
    first,
    release() {
      for (const signal of signals) host.off(signal, listen);
    },
  };
}
