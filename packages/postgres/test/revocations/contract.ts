import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { type RevocationsChanged, subscribe as subscribeToEvents } from "@usher-auth/verify/events";
import { createRevocations, type Revocation, type RevocationStore } from "@usher-auth/verify/revocation";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { driverOf } from "../../src/revocations/drivers/choose.ts";
import { pageSize } from "../../src/revocations/statements.ts";
import { subscribe } from "../../src/revocations/subscription.ts";
import type { TestDatabase } from "./databases.ts";
import { allOf, session, testListener } from "./listener.ts";

const now = Math.floor(Date.now() / 1000);

/** The tests that every database must pass. */
export function describeStore(name: string, open: () => Promise<TestDatabase>): void {
  describe(`revocations in ${name}:`, () => {
    let database: TestDatabase;
    let store: RevocationStore;
    beforeAll(async () => {
      database = await open();
      store = revocationStore(database.client, database.options);
    });
    afterAll(() => database.close());

    async function listen() {
      const listener = testListener();
      const stop = await store.subscribe(listener);
      onTestFinished(stop);
      return { listener, stop };
    }

    /** Polls five times a second instead of once. A full scan may deliver again what a poll has delivered. */
    async function listenOften(scan?: number) {
      const listener = testListener();
      const intervals = { poll: 200, ...(scan !== undefined && { scan }) };
      onTestFinished(await subscribe(driverOf(database.client), listener, intervals));
      return listener;
    }

    test("an empty store loads nothing, and confirms repeatedly", async () => {
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
      { kind: "session", id: "sid-2", before: now, by: "Zoë (support), 管理者" },
      { kind: "user", id: "user-2", before: now, by: `"quoted" 'and' \\u0041 \\` },
    ])("delivers $kind $id to a subscriber, and loads it later, unchanged", async (revocation) => {
      const { listener } = await listen();
      const delivered = listener.next(revocation.id);
      await store.append([revocation]);
      await delivered;
      expect(listener.received).toEqual([revocation]);
      expect(await allOf(store)).toContainEqual(revocation);
    });

    test("delivers concurrent appends once each, and nothing that was appended before", async () => {
      await store.append([session("before")]);
      const { listener } = await listen();
      const ids = Array.from({ length: 60 }, (_, index) => `at once ${index}`);
      await Promise.all(ids.map((id) => store.append([session(id)])));
      await vi.waitFor(() => expect(listener.received.map(({ id }) => id).sort()).toEqual([...ids].sort()));
      await store.append([session("again"), session("again")]);
      await listener.next("confirmed");
      expect(listener.received.filter(({ id }) => id === "before")).toEqual([]);
    });

    // By polling once a second, it would take 25 seconds.
    test("delivers each revocation before the next one is appended, by notification", {
      timeout: 15_000,
    }, async () => {
      const { listener } = await listen();
      for (let number = 1; number <= 25; number++) {
        const delivered = listener.next(`in turn ${number}`);
        await store.append([session(`in turn ${number}`)]);
        await delivered;
      }
    });

    test("delivers nothing after the end of the subscription, and appends nothing for an empty list", async () => {
      const { listener, stop } = await listen();
      await stop();
      await store.append([session("too late")]);
      await store.append([]);
      const { listener: other } = await listen();
      await other.next("confirmed");
      expect(listener.received).toEqual([]);
    });

    test("delivers and loads several pages completely", async () => {
      // Two full pages, and one row more.
      const count = 2 * pageSize + 1;
      const { listener } = await listen();
      await database.run(
        `insert into usher_revocations (kind, id, before) select 'token', 'bulk ' || n, ${now} from generate_series(1, ${count}) as n`,
      );
      await listener.next(`bulk ${count}`);
      const bulk = (all: readonly Revocation[]) =>
        new Set(all.map(({ id }) => id).filter((id) => id.startsWith("bulk")));
      expect(bulk(listener.received).size).toBe(count);
      expect(bulk(await allOf(store)).size).toBe(count);
      // The other tests load the table too.
      await database.run("delete from usher_revocations where id like 'bulk %'");
    });

    test("deletes revocations that are older than any token, and keeps the others", async () => {
      await store.append([session("old", now - 86_400 - 660), session("nearly", now - 86_400 + 60)]);
      const { stop } = await listen();
      await stop();
      const ids = (await allOf(store)).map(({ id }) => id);
      expect(ids).toContain("nearly");
      expect(ids).not.toContain("old");
    });

    test("delivers a row that was inserted by hand, unchanged", async () => {
      const { listener } = await listen();
      const delivered = listener.next('by "hand" \\');
      await database.run(
        `insert into usher_revocations (kind, id, before) values ('user', 'by "hand" \\', ${now})`,
      );
      await delivered;
    });

    test.each([
      ["an unknown kind", { kind: "device", id: "x", before: 1 }],
      ["an empty id", { kind: "user", id: "", before: 1 }],
      ["a time in milliseconds", { kind: "user", id: "x", before: Date.now() }],
      ["NaN as a time", { kind: "user", id: "x", before: Number.NaN }],
    ])("rejects %s, and the whole batch with it", async (_what, wrong) => {
      await expect(store.append([session("good one"), wrong as Revocation])).rejects.toThrow();
      expect((await allOf(store)).map(({ id }) => id)).not.toContain("good one");
    });

    /** Rows as in a dump of another server, with its numbers. */
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

    test("delivers rows that a COPY adds from another server once, whatever their transaction ids", async () => {
      const listener = await listenOften();
      await listener.next("confirmed");
      await database.copy(columns, `${dumped("copied")}\n`);
      await vi.waitFor(() => expect(listener.events).toContain("copied ahead"));
      for (let poll = 0; poll < 3; poll++) await listener.next("confirmed");
      expect(listener.received.map(({ id }) => id).sort()).toEqual(["copied ahead", "copied behind"]);
      expect((await allOf(store)).map(({ id }) => id)).toEqual(
        expect.arrayContaining(["copied ahead", "copied behind"]),
      );
    });

    test("a full scan finds rows that a restore brought past the triggers, and they are delivered once", async () => {
      const listener = await listenOften(300);
      await listener.next("confirmed");
      await database.run("alter table usher_revocations disable trigger all");
      await database.copy(columns, `${dumped("restored")}\n`);
      await database.run("alter table usher_revocations enable trigger all");
      await database.run("alter table usher_revocations enable always trigger usher_revocations_stamp");
      await vi.waitFor(() => expect(listener.events).toContain("restored behind"), { timeout: 5000 });
      await vi.waitFor(() => expect(listener.events).toContain("restored ahead"), { timeout: 5000 });
      for (let poll = 0; poll < 4; poll++) await listener.next("confirmed");
      expect(listener.received.map(({ id }) => id).sort()).toEqual(["restored ahead", "restored behind"]);
    });

    test("rows that were restored with numbers ahead of the sequence do not block later ones, after the migrations", async () => {
      const [{ last } = {}] = await database.run(
        "select pg_sequence_last_value(pg_get_serial_sequence('usher_revocations', 'sequence'))::text as last",
      );
      await database.copy(columns, `${Number(last) + 1}\tsession\ttaken\t${now}\t1\n`);
      await migrateRevocations(database.client);
      await store.append([session("after the restored")]);
      expect((await allOf(store)).map(({ id }) => id)).toContain("after the restored");
    });

    test("delivers a row that was changed by hand", async () => {
      await store.append([session("changed", now - 60)]);
      const { listener } = await listen();
      await listener.next("confirmed");
      await database.run(`update usher_revocations set before = ${now} where id = 'changed'`);
      await vi.waitFor(() =>
        expect(listener.received).toContainEqual({ kind: "session", id: "changed", before: now }),
      );
    });

    test("a row of an older replica has no `by`, and one that was written by hand any", async () => {
      await database.run(
        `insert into usher_revocations (kind, id, before) values ('session', 'older', ${now});
         insert into usher_revocations (kind, id, before, made_by) values ('session', 'by hand', ${now}, repeat('x', 10000))`,
      );
      const all = await allOf(store);
      expect(all).toContainEqual(session("older", now));
      expect(all).toContainEqual({ ...session("by hand", now), by: "x".repeat(10_000) });
      const revocations = createRevocations({ store, maxTokenAge: 86_400 });
      onTestFinished(() => revocations.close());
      await revocations.ready();
      expect(() => revocations.check({ sid: "by hand" })).toThrow("revoked");
    });

    test("a subscriber that throws does not stop the subscription, and gets what others revoked", async () => {
      const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      onTestFinished(() => warned.mockRestore());
      const events: RevocationsChanged[] = [];
      onTestFinished(
        subscribeToEvents("usher:revocations", (event) => {
          events.push(event);
          throw new Error("the subscriber's");
        }),
      );
      const revocations = createRevocations({ store, maxTokenAge: 86_400 });
      onTestFinished(() => revocations.close());
      await revocations.ready();
      const [own, others] = [session("own", now), session("others", now)].map((one) => ({
        ...one,
        by: "admin",
      }));
      await revocations.revoke([own as Revocation]);
      await store.append([others as Revocation]);
      await vi.waitFor(() => expect(() => revocations.check({ sid: "others" })).toThrow("revoked"), 5_000);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(revocations.status()).toMatchObject({
        state: "current",
        staleness: expect.toSatisfy((age) => age <= 2),
      });
      expect(events).toEqual([
        { change: "loaded" },
        { change: "revoked", revocations: [own] },
        { change: "received", revocations: [others] },
      ]);
    });

    test("a `by` never makes an append fail", async () => {
      const odd = { ...session("odd", now), by: `a\0\u001b[2J\ud800${"x".repeat(10_000)}` };
      await store.append([odd]);
      expect(await allOf(store)).toContainEqual({ ...odd, by: `a??[2J\ufffd${"x".repeat(193)}` });
    });

    test("works without the column made_by, until the migrations add it", async () => {
      await database.run(
        "alter table usher_revocations drop column made_by; delete from usher_revocations_migrations where version = 3",
      );
      const listener = await listenOften(300);
      await listener.next("confirmed");
      await store.append([{ ...session("not migrated", now), by: "admin" }]);
      await listener.next("not migrated");
      expect(await allOf(store)).toContainEqual(session("not migrated", now));
      await migrateRevocations(database.client);
      await store.append([{ ...session("migrated", now), by: "admin" }]);
      await vi.waitFor(() =>
        expect(listener.received).toContainEqual({ ...session("migrated", now), by: "admin" }),
      );
      expect(await allOf(store)).toEqual(
        expect.arrayContaining([session("not migrated", now), { ...session("migrated", now), by: "admin" }]),
      );
    });

    test("the migrations may run repeatedly and concurrently", async () => {
      await store.append([session("kept")]);
      await Promise.all([migrateRevocations(database.client), migrateRevocations(database.client)]);
      expect((await allOf(store)).map(({ id }) => id)).toContain("kept");
    });
  });
}
