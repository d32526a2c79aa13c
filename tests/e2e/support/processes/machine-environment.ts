import { tmpdir } from "node:os";

/**
 * The environment variables that a process needs from this machine. No others, so that they cannot influence
 * a test. Includes the compile cache of the test run (test-run.ts).
 */
export function machineEnvironment(): Record<string, string> {
  const { PATH = "", HOME = tmpdir(), TMPDIR, NODE_COMPILE_CACHE } = process.env;
  return { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }) };
}
