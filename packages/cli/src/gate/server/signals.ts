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

/**
 * Waits for a signal, then calls `close` and waits for it. A second signal ends the process at once.
 *
 * @param process For tests.
 */
export async function closeOnSignal(
  close: (signal: Signal) => Promise<void>,
  host: Pick<NodeJS.Process, "on" | "off" | "exit"> = process,
): Promise<void> {
  const { promise: asked, resolve } = Promise.withResolvers<Signal>();
  let firstAt: number | undefined;
  const listen = (signal: Signal) => {
    if (firstAt !== undefined && performance.now() - firstAt > sameSignal) host.exit(exitCodes[signal]);
    firstAt ??= performance.now();
    resolve(signal);
  };
  for (const signal of signals) host.on(signal, listen);
  try {
    await close(await asked);
  } finally {
    for (const signal of signals) host.off(signal, listen);
  }
}
