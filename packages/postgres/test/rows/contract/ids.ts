import { UnstorableIdError } from "@usher-auth/postgres";
import { expect, test } from "vitest";
import type { Context } from "./context.ts";

export function ids(context: Context): void {
  test.each([
    "o'brien",
    'with "quotes"',
    "back\\slash",
    "E'\\047'",
    "$1",
    "日本語",
    "👩‍🚀",
    "x".repeat(10_000),
    " ",
    "null",
  ])("an id is used exactly as it is: %j", async (id) => {
    const principal = context.rows.for({ id });
    await principal.insert({ body: "mine" });
    expect((await principal.all()).map(({ owner_id }) => owner_id)).toEqual([id]);
  });

  test.each(["Alice", "alice ", " alice", "alice'--", "alice' or 'a' = 'a", "bob"])(
    "an id that only resembles another sees nothing of it: %j",
    async (id) => {
      const found = await context.rows.for({ id }).all();
      expect(found.filter(({ owner_id }) => owner_id !== id)).toEqual([]);
    },
  );

  test("an empty id sees nothing and owns nothing", async () => {
    await context.database.admin("insert into notes (owner_id, body) values ('', 'of nobody')");
    const nobody = context.rows.for({ id: "" });
    expect(await nobody.all()).toEqual([]);
    await expect(nobody.insert({ body: "mine" })).rejects.toThrow();
  });

  test.each(["with\0zero", "half \ud800", "\udfff"])(
    "an id that Postgres cannot store is refused: %j",
    (id) => {
      expect(() => context.rows.for({ id })).toThrow(UnstorableIdError);
      expect(() => context.rows.for({ id: "alice", claims: { org: id } })).toThrow(UnstorableIdError);
    },
  );

  test.each([undefined, null, 1, {}, ["alice"]])("an id that is not a string is refused: %j", (id) => {
    expect(() => context.rows.for({ id: id as string })).toThrow(TypeError);
  });

  test("a principal that changes later changes nothing", async () => {
    const principal = { id: "alice", claims: { org: "acme" } };
    const alice = context.rows.for(principal);
    principal.id = "bob";
    principal.claims.org = "other";
    expect((await alice.all()).map(({ owner_id }) => owner_id)).toEqual(["alice"]);
    expect(await alice.raw("select body from projects")).toEqual([{ body: "project of alice at acme" }]);
  });
}
