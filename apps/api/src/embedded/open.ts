import { existsSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { assertRowSecurity } from "@usher-auth/postgres";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { type Database, databaseOver } from "../db.ts";
import { makePrivate, prepareDataFolder } from "../operations/private-folder.ts";
import { StartupError } from "../operations/startup-error.ts";
import { migrations } from "../postgres/migrations.ts";
import * as schema from "../tasks/schema.ts";
import { type FreeSpace, freeSpaceOf, keepReserve, reservedSpace } from "./disk-guard.ts";
import { lockFolder } from "./folder-lock.ts";

/**
 * Opens the embedded Postgres (PGlite) in `folder`, makes it if there is none, and brings it up to date.
 *
 * What a transaction has committed survives a kill of this process: it is with the operating system by then.
 * PGlite cannot fsync, so it may not survive a power cut; where that matters, use a server (DATABASE_URL).
 * Nothing is written while the disk is nearly full.
 *
 * @throws {StartupError}
 */
export async function openEmbedded(options: {
  folder: string;
  deadline: number;
  freeSpace?: FreeSpace;
}): Promise<Database> {
  const folder = resolve(options.folder);
  prepareDataFolder(dirname(folder));
  const freeSpace = options.freeSpace ?? freeSpaceOf(dirname(folder));
  await assertRoom(folder, freeSpace);
  const unlock = lockFolder(folder);
  try {
    const pglite = await openFolder(folder);
    const client = drizzle({ client: pglite, schema });
    await migrate(client, migrations);
    await migrateRevocations(pglite);
    await assertRowSecurity(client, [schema.tasks]);
    const reserve = await keepReserve(pglite, freeSpace);
    const close = async () => {
      reserve.stop();
      await pglite.close();
      unlock();
    };
    return databaseOver({
      client,
      kind: "embedded",
      revocations: revocationStore(pglite),
      deadline: options.deadline,
      isFull: reserve.isReached,
      close,
    });
  } catch (error) {
    unlock();
    throw error;
  }
}

/** PGlite writes as it opens, and a disk that is full then would hang it. */
async function assertRoom(folder: string, freeSpace: FreeSpace): Promise<void> {
  const free = await freeSpace();
  if (free >= reservedSpace) return;
  const megabytes = (bytes: number) => Math.floor(bytes / 1024 / 1024);
  throw new StartupError(
    `the disk of ${folder} has ${megabytes(free)} MB free, and ${megabytes(reservedSpace)} are needed: make room, or set DATA_DIR to a folder on another`,
  );
}

/**
 * A process that is killed while it makes the database leaves a broken one, which would never open again. A
 * mark beside the folder, made before and removed after, tells that case apart: such a folder has never held
 * a row.
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
