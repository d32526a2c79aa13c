import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RowPrincipal } from "../../../src/rows/binding/principal.ts";
import { type PreparedTables, prepareTables } from "../prepared-tables.ts";
import { type Damage, openWitness, sessionState, type Witness } from "./damage.ts";
import { type Fragment, fragments, statementOf } from "./fragments.ts";

/** A way to run statements for a principal, over a pool of one connection. */
export interface InjectionTarget {
  /** Runs one statement by itself, or several in one transaction, and returns what they return. */
  run(principal: RowPrincipal, statements: readonly string[]): Promise<unknown>;
  /** Runs a query on the pool's connection, for nobody. */
  raw(text: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

const alice = { id: "alice", claims: { org: "acme" } };
/** Run in alice's transaction after the fragment. */
const afterwards = ["select body from notes", "select body from projects", "select body from documents"];

/** Runs every fragment over a driver, as alice, against a hardened database. */
export function describeInjection(
  name: string,
  open: (tables: PreparedTables) => Promise<InjectionTarget>,
): void {
  describe(`injected SQL over ${name}, hardened`, () => {
    let server: PostgresServer;
    let witness: Witness;
    let target: InjectionTarget;
    beforeAll(async () => {
      server = await startPostgres();
      const tables = await prepareTables(server, "hardened");
      witness = await openWitness(tables);
      target = await open(tables);
    });
    afterAll(async () => {
      await target.close();
      await witness.close();
      await server.stop();
    });

    test.each(fragments)("$name", async (fragment) => {
      expect(await attack(target, witness, fragment)).toEqual([]);
      const search = ["select body from notes"];
      expect(bodies(await target.run({ id: "bob" }, search))).toEqual(["secret of bob"]);
      expect(bodies(await target.run({ id: "carol" }, search))).toEqual([]);
    });

    test("alice and bob see their own rows after all of it", async () => {
      expect(bodies(await target.run(alice, ["select body from projects"]))).toEqual([
        "project of alice at acme",
      ]);
      expect(bodies(await target.run({ id: "alice" }, ["select body from notes"]))).toEqual([
        "note of alice",
      ]);
    });
  });
}

/**
 * The same where it is not withstood, which shows that the fragments are real: in a named database, and as a
 * superuser, whatever the mode.
 */
export function describeControl(open: (tables: PreparedTables) => Promise<InjectionTarget>): void {
  describe("injected SQL where the database trusts the name of the user", () => {
    let server: PostgresServer;
    let tables: PreparedTables;
    let witness: Witness;
    beforeAll(async () => {
      server = await startPostgres();
      tables = await prepareTables(server, "named");
      witness = await openWitness(tables);
    });
    afterAll(async () => {
      await witness.close();
      await server.stop();
    });

    const real = fragments.filter(({ named }) => named !== undefined);
    test.each(real)("$named: $name", async (fragment) => {
      const target = await open(tables);
      try {
        expect(await attack(target, witness, fragment)).toContain(fragment.named);
      } finally {
        await target.close();
      }
    });

    test("as a superuser, it reads everything by leaving the role, in hardened mode too", async () => {
      const hardened = await prepareTables(server, "hardened");
      const target = await open({ ...hardened, url: hardened.adminUrl });
      const fragment = fragments.find(({ name }) => name === "role none") as Fragment;
      try {
        expect(await attack(target, witness, fragment)).toContain("reads");
      } finally {
        await target.close();
      }
    });
  });
}

/** What a fragment did, by itself and in a transaction with other statements. */
async function attack(target: InjectionTarget, witness: Witness, fragment: Fragment): Promise<Damage[]> {
  const found = new Set<Damage>();
  const statement = statementOf(fragment);
  const injected = [statement, ...(fragment.next ?? [])];
  for (const statements of [injected, [...injected, ...afterwards], [...afterwards, ...injected]]) {
    await witness.reset();
    const before = await sessionState(target.raw);
    const answer = await target.run(alice, statements).catch((error: unknown) => error);
    for (const damage of await witness.damage(textOf(answer))) found.add(damage);
    if ((await sessionState(target.raw)) !== before) found.add("leaves");
  }
  return [...found];
}

/** All that an attacker gets to see: rows, or an error with everything in it. */
function textOf(answer: unknown): string {
  if (!(answer instanceof Error)) return JSON.stringify(answer);
  const { message, cause } = answer;
  const { detail, hint, where } = answer as { detail?: string; hint?: string; where?: string };
  return [message, detail, hint, where, cause === undefined ? "" : textOf(cause)].join(" ");
}

function bodies(answer: unknown): unknown[] {
  return (answer as { body: unknown }[]).map(({ body }) => body);
}
