import { afterAll } from "vitest";

/**
 * Counts the failures that reach the process until the end of the file: each would be the end of a process
 * that has no test runner around it.
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
