import type { Revocation } from "@usher-auth/verify";
import type { Queries } from "./drivers/driver.ts";
import { pageSize, pageStatement, readRevocation } from "./statements.ts";

/**
 * The whole table, page by page. Not of one instant: what is committed meanwhile under a number that had been
 * passed is not among it, and is news to whoever began to follow before.
 */
export async function* loadAll(database: Queries): AsyncGenerator<readonly Revocation[]> {
  let last = "0";
  for (;;) {
    const rows = await database.query(pageStatement, [last]);
    if (rows.length > 0) yield rows.map(readRevocation);
    if (rows.length < pageSize) return;
    last = String(rows.at(-1)?.sequence);
  }
}
