import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * What all files of one test run share, whatever the project: a folder, which is gone when the run is over.
 * Two runs at once have one each. Vitest calls this before the first file; the workers and their children
 * inherit the variables.
 */
export function setup(): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "usher-test-run-"));
  process.env.USHER_TEST_RUN = folder;
  // Hundreds of processes load the same modules: each is compiled, and its types are stripped, once.
  process.env.NODE_COMPILE_CACHE ??= join(folder, "compiled");
  // A worker that is just ending may still add what it has compiled.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
