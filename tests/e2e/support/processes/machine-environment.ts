import { tmpdir } from "node:os";

/**
 * What a process needs of this machine, and nothing else: its other variables must not decide what is tested.
 * With it, what the test run has compiled (test-run.ts).
 */
export function machineEnvironment(): Record<string, string> {
  const { PATH = "", HOME = tmpdir(), TMPDIR, NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) };
}
