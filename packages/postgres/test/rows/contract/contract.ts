import { afterAll, afterEach, beforeAll, beforeEach, describe } from "vitest";
import type { OpenRows, RowsAdapter } from "./adapter.ts";
import { boundAtUse } from "./bound-at-use.ts";
import type { Context, DatabaseKind } from "./context.ts";
import { openServer, type RowsDatabase } from "./database.ts";
import { failures } from "./failures.ts";
import { ids } from "./ids.ts";
import { lostConnections } from "./lost-connections.ts";
import { pooledRequests } from "./pooled-requests.ts";
import { roundTrips } from "./round-trips.ts";
import { transactions } from "./transactions.ts";
import { visibility } from "./visibility.ts";
import { writes } from "./writes.ts";

export const servers: readonly DatabaseKind[] = [
  { name: "Postgres, hardened", open: () => openServer("hardened"), isServer: true },
  { name: "Postgres, named", open: () => openServer("named"), isServer: true },
];

/** What holds for rows of a principal, whatever the driver and the ORM are. */
export function describeRows(adapter: RowsAdapter, kinds: readonly DatabaseKind[] = servers): void {
  describe.each(kinds)(`${adapter.name} on $name`, ({ open, isServer }) => {
    let database: RowsDatabase;
    let rows: OpenRows;
    const context: Context = {
      adapter,
      get database() {
        return database;
      },
      get rows() {
        return rows;
      },
    };
    beforeAll(async () => {
      database = await open();
      rows = await adapter.open(database, { max: 3, options: { key: database.key } });
    });
    afterAll(async () => {
      await rows?.close();
      await database?.close();
    });
    beforeEach(async () => {
      await database.admin("truncate notes restart identity");
      await database.admin(
        "insert into notes (owner_id, body) values ('alice', 'note of alice'), ('bob', 'secret of bob')",
      );
    });
    afterEach(() => database.proxy?.set({ kind: "none" }));

    visibility(context);
    writes(context);
    transactions(context);
    failures(context);
    boundAtUse(context);
    ids(context);
    pooledRequests(context);
    if (!isServer) return;
    lostConnections(context);
    roundTrips(context);
  });
}
