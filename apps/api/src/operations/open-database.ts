import { type Database, defaultDeadline } from "../db.ts";
import type { FreeSpace } from "../embedded/disk-guard.ts";
import { openEmbedded } from "../embedded/open.ts";
import { openServer } from "../postgres/open.ts";

/**
 * Opens the API's database, migrated and ready: the server at `url`, or the embedded one in `folder` without.
 * `deadline` is how long a request waits for an answer, in milliseconds (default 5000); `freeSpace` is for
 * tests, and tells the embedded one how many bytes are free on its disk.
 *
 * @throws {StartupError} with one line that says what to do.
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
