import { afterAll } from "vitest";

/**
 * Counts uncaught errors until the end of the file: without a test runner, each would end the process.
 */
export function watchForCrashes(): () => number {
  let crashes = 0;
  const crash = () => {
    crashes++;
  };
  process.on("uncaughtExceptionMonitor", crash);
  process.on("unhandledRejection", crash);
  afterAll(() => {
    process.off("uncaughtExceptionMonitor", crash);
    process.off("unhandledRejection", crash);
  });
  return () => crashes;
}
