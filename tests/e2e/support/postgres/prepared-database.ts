import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { waitForLock } from "../../../../scripts/launch/lock.ts";

/**
 * Writes a new, empty PGlite database to `folder`, which must not exist yet. For the API, use
 * `<DATA_DIR>/api`.
 *
 * Creating a database takes seconds; copying one takes a fraction of a second. The first caller of a test run
 * creates the database, the others wait and copy it. A test of the very first start must not use this.
 * Outside a test run (test-run.ts) nothing is copied, and PGlite creates the database when the folder is
 * opened.
 */
export async function copyPreparedDatabase(folder: string): Promise<void> {
  const run = process.env.USHER_TEST_RUN;
  if (run === undefined) return;
  const prepared = join(run, "database");
  if (!existsSync(prepared)) await prepare(prepared);
  cpSync(prepared, folder, { recursive: true, errorOnExist: true, force: false });
}

/** Creates the database under another name, so that no caller copies half of it. Replaces an old draft. */
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
