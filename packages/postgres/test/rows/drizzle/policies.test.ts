import { currentOrg, currentUser, ownerPolicy, tenantPolicy } from "@usher-auth/postgres/drizzle";
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  char,
  customType,
  getTableConfig,
  integer,
  type PgColumnBuilderBase,
  PgDialect,
  pgSchema,
  pgTable,
  serial,
  text,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { describe, expect, test } from "vitest";

const dialect = new PgDialect();

function policiesOf(
  column: PgColumnBuilderBase,
  of: (column: AnyPgColumn) => ReturnType<typeof ownerPolicy>,
) {
  return policiesIn(pgTable("notes", { owner: column }, (table) => [of(table.owner)]));
}

function policiesIn(table: Parameters<typeof getTableConfig>[0]) {
  return getTableConfig(table).policies.map(({ name, as, for: command, using, withCheck, to }) => ({
    name,
    as,
    for: command,
    to: (to as { name: string }).name,
    using: using && dialect.sqlToQuery(using).sql,
    isChecked: using === withCheck,
  }));
}

const citext = customType<{ data: string }>({ dataType: () => "citext" });

test.each([
  ["text", text(), "usher.user_id()"],
  ["varchar(64)", varchar({ length: 64 }), "usher.user_id()"],
  ["uuid", uuid(), "usher.as_uuid(usher.user_id())"],
  ["integer", integer(), "usher.as_integer(usher.user_id())"],
  ["serial", serial(), "usher.as_integer(usher.user_id())"],
  ["bigint", bigint({ mode: "bigint" }), "usher.as_bigint(usher.user_id())"],
  ["bigserial", bigserial({ mode: "number" }), "usher.as_bigint(usher.user_id())"],
])(
  "a column of type %s is compared with the user's id as that type, once per statement",
  (_type, column, id) => {
    expect(policiesOf(column, ownerPolicy)).toEqual([
      {
        name: "notes_owner",
        as: undefined,
        for: "all",
        to: "usher_api",
        using: `"notes"."owner" = (select ${id})`,
        isChecked: true,
      },
    ]);
  },
);

// Two ids could be one value: citext ignores case, and char ignores trailing spaces.
test.each([
  ["citext", citext()],
  ["char(9)", char({ length: 9 })],
  ["text[]", text().array()],
])("a column of type %s is refused", (type, column) => {
  expect(() => policiesOf(column, ownerPolicy)).toThrow(`notes.owner is ${type}: an owner or tenant must be`);
});

test("the policy of a tenant is named after its table, in any schema", () => {
  const table = pgSchema("Else").table("where", { org: uuid() }, ({ org }) => [tenantPolicy(org)]);
  expect(policiesIn(table)).toMatchObject([
    { name: "where_tenant", using: '"Else"."where"."org" = (select usher.as_uuid(usher.org_id()))' },
  ]);
});

describe("a table with an owner and a tenant", () => {
  const columns = { owner: text(), org: uuid() };

  test("has one policy, which asks for both", () => {
    const table = pgTable("projects", columns, ({ owner, org }) => [ownerPolicy(owner, org)]);
    expect(policiesIn(table)).toMatchObject([
      {
        name: "projects_owner_and_tenant",
        using:
          '"projects"."owner" = (select usher.user_id()) and "projects"."org" = (select usher.as_uuid(usher.org_id()))',
      },
    ]);
  });

  test("cannot have two policies, of which either would do", () => {
    const table = pgTable("projects", columns, ({ owner, org }) => [ownerPolicy(owner), tenantPolicy(org)]);
    expect(() => policiesIn(table)).toThrow("use ownerPolicy(owner, tenant)");
  });
});

test("the defaults are the principal's ids", () => {
  expect(dialect.sqlToQuery(currentUser()).sql).toBe("usher.user_id()");
  expect(dialect.sqlToQuery(currentUser("uuid")).sql).toBe("usher.as_uuid(usher.user_id())");
  expect(dialect.sqlToQuery(currentOrg("integer")).sql).toBe("usher.as_integer(usher.org_id())");
  expect(() => currentUser("citext" as never)).toThrow("must be text, uuid, integer or bigint");
});
