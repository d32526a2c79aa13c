import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import type { Revocation, RevocationStore } from "@usher-auth/verify";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { driverOf } from "../../src/revocations/store.ts";
import { subscribe } from "../../src/revocations/subscription.ts";
import type { TestDatabase } from "./databases.ts";
import { allOf, session, testListener } from "./listener.ts";

const now = Math.floor(Date.now() / 1000);

/** What the store does, whichever database it keeps revocations in. */
export function describeStore(name: string, open: () => Promise<TestDatabase>): void {
  describe(`revocations in ${name}:`, () => {
    let database: TestDatabase;
    let store: RevocationStore;
    beforeAll(async () => {
      database = await open();
      store = revocationStore(database.client);
    });
    afterAll(() => database.close());

    async function listen() {
      const listener = testListener();
      const stop = await store.subscribe(listener);
      onTestFinished(stop);
      return { listener, stop };
    }

    test("a store that is empty has nothing to load, and confirms again and again", async () => {
      expect(await allOf(store)).toEqual([]);
      const { listener } = await listen();
      await listener.next("confirmed");
      await listener.next("confirmed");
      expect(new Set(listener.events)).toEqual(new Set(["confirmed"]));
    });

    test.each<Revocation>([
      { kind: "token", id: "jti-1", before: now },
      { kind: "session", id: "sid-1", before: now + 0.25 },
      { kind: "user", id: "user-1", before: now - 3_600 },
      { kind: "user", id: "a\0b", before: now },
      { kind: "user", id: "half \ud800 of a pair", before: now },
      { kind: "user", id: `"quoted" 'and' \\u0041 \\ ü😀\n{}`, before: now },
      { kind: "token", id: "x".repeat(8_000), before: now },
    ])(
      "$kind $id is told to who listens, loaded by who comes later, and is what it was",
      async (revocation) => {
        const { listener } = await listen();
        const told = listener.next(revocation.id);
        await store.append([revocation]);
        await told;
        expect(listener.told).toEqual([revocation]);
        expect(await allOf(store)).toContainEqual(revocation);
      },
    );

    test("what was appended before is not told, and what several append at once is, each once", async () => {
      await store.append([session("before")]);
      const { listener } = await listen();
      const ids = Array.from({ length: 60 }, (_, index) => `at once ${index}`);
      await Promise.all(ids.map((id) => store.append([session(id)])));
      await vi.waitFor(() => expect(listener.told.map(({ id }) => id).sort()).toEqual([...ids].sort()));
      await store.append([session("again"), session("again")]);
      await listener.next("confirmed");
      expect(listener.told.filter(({ id }) => id === "before")).toEqual([]);
    });

    // By looking once a second alone, it would take 25 seconds.
    test("one after another, each told before the next is appended: by notification", {
      timeout: 15_000,
    }, async () => {
      const { listener } = await listen();
      for (let number = 1; number <= 25; number++) {
        const told = listener.next(`in turn ${number}`);
        await store.append([session(`in turn ${number}`)]);
        await told;
      }
    });

    test("nothing comes after it has stopped, and nothing is appended for an empty list", async () => {
      const { listener, stop } = await listen();
      await stop();
      await store.append([session("too late")]);
      await store.append([]);
      const { listener: other } = await listen();
      await other.next("confirmed");
      expect(listener.told).toEqual([]);
    });

    test("pages: 25 000 at once, told and loaded whole", async () => {
      const { listener } = await listen();
      await database.run(
        `insert into usher_revocations (kind, id, before) select 'token', 'bulk ' || n, ${now} from generate_series(1, 25000) as n`,
      );
      await listener.next("bulk 25000");
      const bulk = (all: readonly Revocation[]) =>
        new Set(all.map(({ id }) => id).filter((id) => id.startsWith("bulk")));
      expect(bulk(listener.told).size).toBe(25_000);
      expect(bulk(await allOf(store)).size).toBe(25_000);
    });

    test("what no token can be as old as is deleted, and the rest stays", async () => {
      await store.append([session("old", now - 86_400 - 660), session("nearly", now - 86_400 + 60)]);
      const { stop } = await listen();
      await stop();
      const ids = (await allOf(store)).map(({ id }) => id);
      expect(ids).toContain("nearly");
      expect(ids).not.toContain("old");
    });

    test("a row put in by hand is told as it stands", async () => {
      const { listener } = await listen();
      const told = listener.next('by "hand" \\');
      await database.run(
        `insert into usher_revocations (kind, id, before) values ('user', 'by "hand" \\', ${now})`,
      );
      await told;
    });

    test.each([
      ["another kind", { kind: "device", id: "x", before: 1 }],
      ["no id", { kind: "user", id: "", before: 1 }],
      ["milliseconds", { kind: "user", id: "x", before: Date.now() }],
      ["no instant", { kind: "user", id: "x", before: Number.NaN }],
    ])("refuses %s, and takes none of the same batch", async (_what, wrong) => {
      await expect(store.append([session("good one"), wrong as Revocation])).rejects.toThrow();
      expect((await allOf(store)).map(({ id }) => id)).not.toContain("good one");
    });

    /** Rows as a dump of another server has them: with numbers of their own. */
    const columns = "usher_revocations (sequence, kind, id, before, transaction)";
    const dumped = (prefix: string) =>
      [
        ["behind", "3"],
        ["ahead", "900000000000"],
      ]
        .map(([name, transaction], index) =>
          [nextForeign() + index, "session", `${prefix} ${name}`, now, transaction].join("\t"),
        )
        .join("\n");
    let foreign = 5_000_000;
    const nextForeign = () => (foreign += 10);

    test("what a COPY brings from another server is told once, whatever its transactions are called", async () => {
      const { listener } = await listen();
      await listener.next("confirmed");
      await database.copy(columns, `${dumped("copied")}\n`);
      await vi.waitFor(() => expect(listener.events).toContain("copied ahead"));
      for (let look = 0; look < 3; look++) await listener.next("confirmed");
      expect(listener.told.map(({ id }) => id).sort()).toEqual(["copied ahead", "copied behind"]);
      expect((await allOf(store)).map(({ id }) => id)).toEqual(
        expect.arrayContaining(["copied ahead", "copied behind"]),
      );
    });

    test("what a restore brings past all triggers is found by a thorough look, and not told at each look", async () => {
      const listener = testListener();
      const stop = await subscribe(driverOf(database.client), listener, 1500);
      onTestFinished(stop);
      await listener.next("confirmed");
      await database.run("alter table usher_revocations disable trigger all");
      await database.copy(columns, `${dumped("restored")}\n`);
      await database.run("alter table usher_revocations enable trigger all");
      await database.run("alter table usher_revocations enable always trigger usher_revocations_stamp");
      await vi.waitFor(() => expect(listener.events).toContain("restored behind"), { timeout: 5000 });
      await vi.waitFor(() => expect(listener.events).toContain("restored ahead"), { timeout: 5000 });
      for (let look = 0; look < 4; look++) await listener.next("confirmed");
      expect(listener.told.map(({ id }) => id).sort()).toEqual(["restored ahead", "restored behind"]);
    });

    test("rows that came with numbers ahead of the counter refuse no later one, once the migrations ran", async () => {
      const [{ last } = {}] = await database.run(
        "select pg_sequence_last_value(pg_get_serial_sequence('usher_revocations', 'sequence'))::text as last",
      );
      await database.copy(columns, `${Number(last) + 1}\tsession\ttaken\t${now}\t1\n`);
      await migrateRevocations(database.client);
      await store.append([session("behind the taken")]);
      expect((await allOf(store)).map(({ id }) => id)).toContain("behind the taken");
    });

    test("what is changed by hand is told", async () => {
      await store.append([session("changed", now - 60)]);
      const { listener } = await listen();
      await listener.next("confirmed");
      await database.run(`update usher_revocations set before = ${now} where id = 'changed'`);
      await vi.waitFor(() =>
        expect(listener.told).toContainEqual({ kind: "session", id: "changed", before: now }),
      );
    });

    test("its migrations may run again, and again at once", async () => {
      await store.append([session("kept")]);
      await Promise.all([migrateRevocations(database.client), migrateRevocations(database.client)]);
      expect((await allOf(store)).map(({ id }) => id)).toContain("kept");
    });
  });
}
