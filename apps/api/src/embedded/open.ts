import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { assertRowSecurity, migrateRows } from "@usher-auth/postgres";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { createDatabase, type Database, type RowSettings } from "../db.ts";
import { makePrivate, prepareDataFolder } from "../operations/private-folder.ts";
import { StartupError } from "../operations/startup-error.ts";
import { migrations } from "../postgres/migrations.ts";
import * as schema from "../tasks/schema.ts";
import { type FreeSpace, freeSpaceOf, guardDisk, minimumFreeSpace } from "./disk-guard.ts";
import { lockFolder } from "./folder-lock.ts";

/**
 * Opens the embedded Postgres (PGlite) in `folder`, creates it if it is missing, and runs its migrations.
 *
 * A committed transaction survives a kill of this process. It may not survive a power cut, because PGlite
 * cannot fsync: use a server (DATABASE_URL) where that matters. Writes are rejected while the disk is nearly
 * full.
 *
 * @throws {StartupError} The folder or the database in it cannot be used.
 */
export async function openEmbedded(options: {
  folder: string;
  rows: RowSettings;
  deadline: number;
  freeSpace?: FreeSpace;
}): Promise<Database> {
  const folder = resolve(options.folder);
  prepareDataFolder(dirname(folder));
  const freeSpace = options.freeSpace ?? freeSpaceOf(dirname(folder));
  await assertFreeSpace(folder, freeSpace);
  const unlock = lockFolder(folder);
  try {
    const pglite = await openFolder(folder);
    const client = drizzle({ client: pglite, schema });
    await migrateRows(pglite);
    await migrate(client, migrations);
    await migrateRevocations(pglite);
    const { mode } = await assertRowSecurity(pglite, [schema.tasks]);
    const diskGuard = await guardDisk(pglite, freeSpace);
    const close = async () => {
      diskGuard.stop();
      await pglite.close();
      unlock();
    };
    return createDatabase({
      client,
      kind: "embedded",
      mode,
      rows: options.rows,
      revocations: revocationStore(pglite),
      deadline: options.deadline,
      isFull: diskGuard.isFull,
      close,
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** PGlite writes while it opens, and would hang on a full disk. */
async function assertFreeSpace(folder: string, freeSpace: FreeSpace): Promise<void> {
  const free = await freeSpace();
  if (free >= minimumFreeSpace) return;
  const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024);
  throw new StartupError(
    `the disk of ${folder} has ${megabytes(free)} MB free, and ${megabytes(minimumFreeSpace)} are needed: make room, or set DATA_DIR to a folder on another disk`,
  );
}

/**
 * A process that is killed while it creates the database leaves a broken one that never opens again. A marker
 * file beside the folder exists only during creation: a folder with a marker never held a row and is created
 * again.
 */
async function openFolder(folder: string): Promise<PGlite> {
  const unfinished = `${folder}.unfinished`;
  if (existsSync(unfinished)) rmSync(folder, { recursive: true, force: true });
  const isNew = !existsSync(folder);
  if (isNew) writeFileSync(unfinished, "", { mode: 0o600 });
  makePrivate(folder);

  const pglite = await PGlite.create(folder, { relaxedDurability: false }).catch((error: Error) => {
    throw new StartupError(`the embedded database in ${folder} does not open: ${error.message}`);
  });
  makePrivate(folder);
  if (isNew) rmSync(unfinished);
  return pglite;
}
