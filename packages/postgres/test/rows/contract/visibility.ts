import { expect, test } from "vitest";
import type { Context } from "./context.ts";

export function visibility(context: Context): void {
  test("a principal sees their own rows only", async () => {
    const { rows } = context;
    expect((await rows.for({ id: "alice" }).all()).map(({ body }) => body)).toEqual(["note of alice"]);
    expect((await rows.for({ id: "bob" }).all()).map(({ body }) => body)).toEqual(["secret of bob"]);
    expect(await rows.for({ id: "carol" }).all()).toEqual([]);
  });

  test("a statement in SQL sees the principal's rows only, with and without parameters", async () => {
    const alice = context.rows.for({ id: "alice" });
    expect(await alice.raw("select body from notes")).toEqual([{ body: "note of alice" }]);
    expect(await alice.raw("select body from notes where owner_id = $1", ["bob"])).toEqual([]);
    expect(
      await alice.raw("with all_notes as (select * from notes) select count(*)::int from all_notes"),
    ).toEqual([{ count: 1 }]);
  });

  test("rows with a tenant are those of the owner in the active organization", async () => {
    const projects = "select body from projects order by id";
    const read = (org?: unknown) => context.rows.for({ id: "alice", claims: { org } }).raw(projects);
    expect(await read("acme")).toEqual([{ body: "project of alice at acme" }]);
    expect(await read("other")).toEqual([{ body: "project of alice elsewhere" }]);
    expect(await read()).toEqual([]);
    expect(await read(["acme"])).toEqual([]);
  });

  test("an OAuth client with a user's id is not that user: it sees and owns no rows of an owner", async () => {
    const client = context.rows.for({ id: "alice", kind: "client", claims: { org: "acme" } });
    expect(await client.all()).toEqual([]);
    expect(await client.raw("select body from projects")).toEqual([]);
    expect(await client.update("note of alice", { body: "changed" })).toEqual([]);
    expect(await client.remove("note of alice")).toEqual([]);
    await expect(client.insert({ body: "mine" })).rejects.toThrow();
    await expect(client.insert({ body: "planted", owner_id: "alice" })).rejects.toThrow();
  });

  test("an OAuth client sees the rows of its organization, and of no other", async () => {
    const read = (claims?: object) =>
      context.rows
        .for({ id: "alice", kind: "client", ...(claims && { claims }) })
        .raw("select body from boards order by id");
    expect(await read({ org: "acme" })).toEqual([{ body: "board of acme" }]);
    expect(await read({ org: "other" })).toEqual([{ body: "board elsewhere" }]);
    expect(await read()).toEqual([]);
  });

  test("an impersonated user sees the user's rows", async () => {
    const alice = { id: "alice", kind: "user", actorId: "admin" } as const;
    expect((await context.rows.for(alice).all()).map(({ body }) => body)).toEqual(["note of alice"]);
  });

  test("a large result arrives whole", async () => {
    await context.database.admin(
      "insert into notes (owner_id, body) select 'alice', repeat('x', 1000) from generate_series(1, 5000)",
    );
    expect(await context.rows.for({ id: "alice" }).all()).toHaveLength(5001);
  });
}
