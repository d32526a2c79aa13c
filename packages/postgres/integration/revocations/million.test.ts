import { startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { createRevocations } from "@usher-auth/verify/revocation";
import { expect, test } from "vitest";
import { connect } from "../../test/revocations/databases.ts";

const million = 1_000_000;

test("loads a million revocations at the start", async () => {
  const server = await startPostgres();
  const sql = connect(server.url);
  await migrateRevocations(sql);
  // Creates the indexes afterwards, which is faster.
  await sql.unsafe(`
    drop index usher_revocations_news, usher_revocations_before;
    insert into usher_revocations (kind, id, before)
      select 'session', md5(n::text), extract(epoch from now()) - n % 3600 from generate_series(1, ${million}) as n;
    create index usher_revocations_news on usher_revocations (transaction, sequence);
    create index usher_revocations_before on usher_revocations (before)`);

  const revocations = createRevocations({ store: revocationStore(sql), maxTokenAge: 86_400 });
  const [heap, start] = [process.memoryUsage().heapUsed, performance.now()];
  await revocations.ready();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const megabytes = Math.round((process.memoryUsage().heapUsed - heap) / 1_000_000);
  console.log(
    `a million revocations: loaded in ${seconds} s, ${megabytes} MB of heap, not yet collected garbage included`,
  );

  expect(revocations.status()).toMatchObject({ state: "current", entries: million });
  // md5 of 1 and of 1000000.
  for (const sid of ["c4ca4238a0b923820dcc509a6f75849b", "8155bc545f84d9652f1012ef2bdfb6eb"]) {
    expect(() => revocations.check({ sub: "ada", sid })).toThrow(
      expect.objectContaining({ code: "token_revoked" }),
    );
  }
  expect(() => revocations.check({ sub: "ada", sid: "none of them" })).not.toThrow();

  await revocations.close();
  await sql.end();
  await server.stop();
});
