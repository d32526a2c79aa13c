import pg from "pg";
import { assertDataStatement } from "../../../src/rows/binding/allowed-statement.ts";
import {
  bindStatement,
  bindValues,
  endStatement,
  rollbackStatement,
} from "../../../src/rows/binding/bind-statement.ts";
import { readPrincipal } from "../../../src/rows/binding/principal.ts";
import type { PreparedTables } from "../prepared-tables.ts";
import type { InjectionTarget } from "./suite.ts";

/** The statements of a binding, one after the other on one connection: what every driver must amount to. */
export async function openPlain({ url, key: given }: PreparedTables): Promise<InjectionTarget> {
  const options = { statementTimeout: 5_000, key: given === undefined ? undefined : Buffer.from(given) };
  let client = await connect(url);
  return {
    run: async (principal, statements) => {
      for (const text of statements) assertDataStatement(text);
      try {
        await client.query("begin");
        await client.query(bindStatement, bindValues(readPrincipal(principal), options));
        const rows: unknown[] = [];
        for (const text of statements) {
          // The extended protocol refuses stacked statements.
          rows.push(...(await client.query({ text, queryMode: "extended" } as pg.QueryConfig)).rows);
        }
        await client.query(endStatement(options));
        return rows;
      } catch (error) {
        await client.query(rollbackStatement(options)).catch(async () => {
          client = await connect(url);
        });
        throw error;
      }
    },
    raw: async (text) => (await client.query(text)).rows,
    close: () => client.end(),
  };
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {}); // a query that is running rejects with it too
  await client.connect();
  return client;
}
