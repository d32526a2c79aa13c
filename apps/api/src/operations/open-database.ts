import { type Database, defaultDeadline } from "../db.ts";
import type { FreeSpace } from "../embedded/disk-guard.ts";
import { openEmbedded } from "../embedded/open.ts";
import { openServer } from "../postgres/open.ts";

/**
 * Opens the API's database, migrated and ready: the Postgres server at `url`, or the embedded one in `folder`
 * if there is no URL.
 *
 * @param options.deadline How long a request waits for an answer, in milliseconds. Default 5000.
 * @param options.freeSpace For tests of the embedded one: returns the free bytes of its disk.
 * @throws {StartupError} Its message is one line that says what to do.
 */
export function openDatabase(options: {
  url: string | undefined;
  folder: string;
  deadline?: number;
  freeSpace?: FreeSpace;
}): Promise<Database> {
  const { url, deadline = defaultDeadline } = options;
  return url === undefined ? openEmbedded({ ...options, deadline }) : openServer({ url, deadline });
}
