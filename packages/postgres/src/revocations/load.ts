import type { Revocation } from "@usher-auth/verify/revocation";
import type { Queries } from "./drivers/driver.ts";
import { pageSize, pageStatement, readRevocation } from "./statements.ts";

/**
 * Reads the whole table, page by page. The pages are not one snapshot: a row that is committed meanwhile,
 * with a number that was already passed, is missing. A subscription that began before reports it.
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
