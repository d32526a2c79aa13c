import { assertRowSecurity } from "@usher-auth/postgres";
import { isPooled } from "@usher-auth/postgres/connection";
import { revocationStore } from "@usher-auth/postgres/revocations";
import { drizzle } from "drizzle-orm/postgres-js";
import { createDatabase, type Database, type RowSettings } from "../db.ts";
import * as schema from "../tasks/schema.ts";
import { type Address, addressesOf, type GivenUrls } from "./addresses.ts";
import { connect, withConnection } from "./connect.ts";
import { migrateServer } from "./migrate.ts";

/**
 * Connects to a Postgres server (13 or newer), itself or through a pooler, and runs its migrations.
 *
 * The user who migrates needs CREATE on the database and on its schema `public` (the database's owner has
 * both), and CREATEROLE. Without CREATEROLE, an administrator must run: `CREATE ROLE usher_api NOLOGIN; GRANT
 * usher_api TO <user>`.
 *
 * @throws {StartupError} The server does not answer, or a user lacks one of these rights.
 */
export async function openServer(
  options: GivenUrls & { rows: RowSettings; deadline: number },
): Promise<Database> {
  const addresses = addressesOf(options);
  const { requests, revocations, listen } = addresses;
  await migrateServer(addresses, options.rows.key);
  const { prepare, mode } = await withConnection(requests, async (client) => {
    const { mode } = await assertRowSecurity(client, [schema.tasks], { key: options.rows.key });
    return { mode, prepare: mayPrepare(requests, await isPooled(client)) };
  });
  const pool = connect(requests, 10, prepare ? {} : { prepare });
  const revoking = revocations.url === requests.url ? pool : connect(revocations, 2);
  return createDatabase({
    client: drizzle({ client: pool.client, schema }),
    kind: "server",
    mode,
    rows: options.rows,
    revocations: revocationStore(revoking.client, { listen: listen?.url }),
    deadline: options.deadline,
    onOverdue: () => {
      pool.renew();
      revoking.renew();
    },
    close: async () => {
      await Promise.all([pool.end(), revoking.end()]);
    },
  });
}

/** Unless the URL says `prepare=…`: a pooler may run each statement on another connection. */
function mayPrepare({ url }: Address, isPooled: boolean): boolean {
  return !isPooled || new URL(url).searchParams.has("prepare");
}
