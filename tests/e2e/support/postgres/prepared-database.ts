import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { waitForLock } from "../../../../scripts/launch/lock.ts";

/**
 * Puts an embedded database into `folder` (which must not be there yet) as PGlite leaves a new one that
 * nobody has used: no table, no role. For the API, that is `<DATA_DIR>/api`.
 *
 * To make one takes seconds of computing, and to copy one a fraction of a second. The first test of a run
 * that asks makes the one that all of them copy, and those that ask meanwhile wait for it. What a test says
 * about a very first start, it must say without this. Outside of a run (test-run.ts), nothing is copied, and
 * whoever opens the folder makes a new one.
 */
export async function copyPreparedDatabase(folder: string): Promise<void> {
  const run = process.env.USHER_TEST_RUN;
  if (run === undefined) return;
  const prepared = join(run, "database");
  if (!existsSync(prepared)) await prepare(prepared);
  cpSync(prepared, folder, { recursive: true, errorOnExist: true, force: false });
}

/**
 * Made under another name, so that nobody ever copies half of it; made anew where a process was killed over
 * it.
 */
async function prepare(prepared: string): Promise<void> {
  const lock = await waitForLock(`${prepared}.lock`, AbortSignal.timeout(120_000));
  try {
    if (existsSync(prepared)) return;
    const draft = `${prepared}.draft`;
    rmSync(draft, { recursive: true, force: true });
    const pglite = await PGlite.create(draft);
    await pglite.close();
    renameSync(draft, prepared);
  } finally {
    lock.release();
  }
}
