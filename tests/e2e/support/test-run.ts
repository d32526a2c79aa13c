import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Creates a folder that all files of one test run share, in all projects. It is deleted when the run ends.
 * Parallel runs have separate folders. Vitest calls this before the first file; the workers and their child
 * processes inherit the variables.
 */
export function setup(): () => Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "usher-test-run-"));
  process.env.USHER_TEST_RUN = folder;
  // Hundreds of processes load the same modules. With the cache, each module is compiled only once.
  process.env.NODE_COMPILE_CACHE ??= join(folder, "compiled");
  // A worker that is ending may still write to the cache.
  return () => rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
