import { type Database, defaultDeadline } from "../db.ts";
import type { FreeSpace } from "../embedded/disk-guard.ts";
import { openEmbedded } from "../embedded/open.ts";
import type { GivenUrls } from "../postgres/addresses.ts";
import { openServer } from "../postgres/open.ts";

/**
 * Opens the API's database, migrated and ready: the Postgres server at `url`, or the embedded one in `folder`
 * if there is no URL.
 *
 * @param options.key Proves principals to the server: hardened mode.
 * @param options.deadline How long a request waits for an answer, and Postgres works on a statement, in
 *   milliseconds. Default 5000.
 * @param options.freeSpace For tests of the embedded one: returns the free bytes of its disk.
 * @throws {StartupError} Its message is one line that says what to do.
 */
export function openDatabase(
  options: Omit<GivenUrls, "url"> & {
    url: string | undefined;
    folder: string;
    key?: string | undefined;
    deadline?: number;
    freeSpace?: FreeSpace;
  },
): Promise<Database> {
  const { url, key, deadline = defaultDeadline } = options;
  // Postgres gives up first: a statement that succeeds after its request got a 503 would contradict it.
  const rows = { key, statementTimeout: Math.max(1, Math.floor(deadline * 0.8)) };
  return url === undefined
    ? openEmbedded({ ...options, rows, deadline })
    : openServer({ ...options, url, rows, deadline });
}
