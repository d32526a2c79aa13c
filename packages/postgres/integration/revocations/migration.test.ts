import { startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { expect, onTestFinished, test } from "vitest";
import { connect } from "../../test/revocations/databases.ts";
import { allOf, session } from "../../test/revocations/listener.ts";

test("a replica that adds a column beside a long transaction does not make the others wait for it", async () => {
  const server = await startPostgres();
  onTestFinished(server.stop);
  const [admin, backup] = [connect(server.url), connect(server.url)];
  onTestFinished(async () => void (await Promise.all([admin.end(), backup.end()])));
  await migrateRevocations(admin);
  await admin.unsafe(
    "alter table usher_revocations drop column made_by; delete from usher_revocations_migrations where version = 3",
  );
  const store = revocationStore(admin);

  let [migrated, slowest] = [false, 0];
  let migration: Promise<void> | undefined;
  await backup.begin(async (transaction) => {
    await transaction`lock table usher_revocations in access share mode`;
    migration = migrateRevocations(admin).then(() => {
      migrated = true;
    });
    const until = performance.now() + 4_000;
    for (let number = 0; performance.now() < until; number++) {
      const begun = performance.now();
      await store.append([session(`meanwhile ${number}`)]);
      expect((await allOf(store)).at(-1)?.id).toBe(`meanwhile ${number}`);
      slowest = Math.max(slowest, performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(migrated).toBe(false);
  });
  // Below the deadline of a replica's queries.
  expect(slowest).toBeLessThan(2_500);
  await migration;
  await store.append([{ ...session("after", 1), by: "admin" }]);
  expect(await allOf(store)).toContainEqual({ ...session("after", 1), by: "admin" });
  const [{ lock_timeout } = {}] = await admin`show lock_timeout`;
  expect(lock_timeout).toBe("0");
});
