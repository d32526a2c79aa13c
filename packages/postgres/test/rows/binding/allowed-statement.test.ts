import { describe, expect, it } from "vitest";
import { assertDataStatement } from "../../../src/rows/binding/allowed-statement.ts";

describe("a statement for a principal", () => {
  it.each([
    "select 1",
    "SELECT 1",
    "insert into notes default values",
    "update notes set body = ''",
    "delete from notes",
    "merge into notes using added on true when matched then do nothing",
    "with added as (select 1) select * from added",
    "values (1)",
    "table notes",
    "(select 1) union (select 2)",
    "( ( select 1))",
    "-- which notes\nselect 1",
    "-- which notes\rselect 1",
    "/* a /* nested */ comment */ select 1",
    "/**//**/\n--\n( -- inside\n select 1)",
    "select'1'",
  ])("may read or write rows: %s", (text) => {
    expect(() => assertDataStatement(text)).not.toThrow();
  });

  it.each([
    "",
    "  ",
    "-- only a comment",
    "/* select */",
    "/* select",
    "begin",
    "commit",
    "rollback",
    "savepoint s",
    "set role none",
    "reset all",
    "discard all",
    "prepare p as select 1",
    "execute p",
    "deallocate all",
    "listen c",
    "notify c",
    "do $$ begin end $$",
    "copy notes to stdout",
    "declare c cursor for select 1",
    "explain analyze select 1",
    "call p()",
    "lock notes",
    "truncate notes",
    "create temp table notes (id int)",
    "-- select\ncommit",
    "/* /* */ select 1 */ commit",
    "--\rcommit",
    "selected",
    "withdraw",
    "; select 1",
    "\u00a0select 1",
  ])("may do nothing else: %j", (text) => {
    expect(() => assertDataStatement(text)).toThrow(/only select, insert, update, delete/);
  });
});
