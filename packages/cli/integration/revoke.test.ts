import { userInfo } from "node:os";
import { type PostgresServer, startPostgres } from "@usher-auth/e2e/postgres";
import { migrateRevocations, revocationStore } from "@usher-auth/postgres/revocations";
import { createRevocations } from "@usher-auth/verify/revocation";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { withStore } from "../src/revocations/database.ts";
import { usher } from "../test/support/command.ts";

let server: PostgresServer;
let url: string;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  url = await server.createDatabase("api");
  admin = postgres(url, { max: 2, onnotice: () => {} });
});
afterAll(async () => {
  await admin.end();
  await server.stop();
});

/** Who revokes without --by. */
const self = `usher-auth, ${userInfo().username}`;
const password = () => new URL(url).password;
const run = (...words: string[]) => usher(words, { environment: { DATABASE_URL: url } });

test("says what to do if the table does not exist", async () => {
  const { exitCode, errors, output } = await run("revoke", "--user", "ada");
  expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
  expect(errors).toContain("Run usher-auth migrate to create it");
  await migrateRevocations(admin);
});

test("ends with an error if the table is locked", async () => {
  const client = postgres(url, { max: 1, onnotice: () => {} });
  onTestFinished(() => client.end());
  await client.begin(async (sql) => {
    await sql`lock table usher_revocations in access exclusive mode`;
    const asked = withStore(
      { DATABASE_URL: url },
      (store) => store.append([{ kind: "user", id: "ada", before: 1 }]),
      300,
    );
    await expect(asked).rejects.toThrow("did not answer within 0.3 s");
  });
});

describe("a revocation", () => {
  test("is enforced by a running replica, and listed", async () => {
    const revocations = createRevocations({ store: revocationStore(admin), maxTokenAge: 3_600 });
    await revocations.ready();
    onTestFinished(revocations.close);
    const now = Math.floor(Date.now() / 1000);
    const before = new Date((now - 60) * 1000).toISOString();

    expect(await run("revoke", "--user", "ada", "--before", before)).toMatchObject({
      exitCode: 0,
      errors: "",
    });
    expect((await run("revoke", "--session", "s 1", "--by", "Zoë, ticket 4711")).output).toBe(
      "Revoked: session s 1 (sid), by Zoë, ticket 4711.\n",
    );
    const json = await run("revoke", "--token", "j1", "--json");
    expect(JSON.parse(json.output).revoked).toMatchObject({ kind: "token", id: "j1", by: self });

    await vi.waitFor(() => expect(revocations.status().entries).toBe(3));
    const check = (token: object) => () => revocations.check({ sub: "bob", iat: now, ...token });
    expect(check({ sub: "ada", iat: now - 60 })).toThrow(expect.objectContaining({ code: "token_revoked" }));
    expect(check({ sid: "s 1" })).toThrow(expect.objectContaining({ code: "token_revoked" }));
    expect(check({ jti: "j1" })).toThrow(expect.objectContaining({ code: "token_revoked" }));
    expect(check({ sub: "ada", iat: now - 59 })).not.toThrow();
    expect(check({})).not.toThrow();

    const { revocations: listed } = JSON.parse((await run("revocations", "--json")).output);
    expect(listed).toHaveLength(3);
    expect(listed.at(-1)).toEqual({ kind: "user", id: "ada", before: now - 60, by: self });
    const { output } = await run("revocations");
    expect(output).toContain(`${before.slice(0, 19)}.000Z  user     ada  by ${self}\n`);
    expect(output).toContain("  session  s 1  by Zoë, ticket 4711\n");
  });

  test("is printed without control characters", async () => {
    const { output } = await run("revoke", "--session", "\u001b[2J\u202eé");
    expect(output).toBe(`Revoked: session \\u{1b}[2J\\u{202e}é (sid), by ${self}.\n`);
    expect((await run("revocations")).output).not.toContain("\u001b");
  });

  test("whose `by` was written by hand is listed in one line, escaped and shortened; one without, too", async () => {
    const now = Date.now() / 1000;
    await admin`insert into usher_revocations (kind, id, before, made_by) values
      ('session', 'by hand', ${now}, ${`a\u001b[2J\n${"x".repeat(10_000)}`}), ('session', 'by no one', ${now}, null)`;
    const { output } = await run("revocations");
    expect(output).toMatch(/ {2}session {2}by hand {2}by a\\u\{1b\}\[2J\\u\{a\}x{194}\n/);
    expect(output).toMatch(/ {2}session {2}by no one\n/);
    const { revocations } = JSON.parse((await run("revocations", "--json")).output);
    const [one, other] = ["by hand", "by no one"].map((name) =>
      revocations.find(({ id }: { id: string }) => id === name),
    );
    expect(one.by).toHaveLength(200);
    expect(other).not.toHaveProperty("by");
  });
});

describe("rejects, with exit code 2 and advice,", () => {
  test.each([
    [["revoke"], "Use exactly one of --user, --session and --token"],
    [["revoke", "--user", "a", "--session", "b"], "Use exactly one of --user, --session and --token"],
    [["revoke", "--user="], "--user is empty"],
    [["revoke", "--token", "eyJh.eyJz.c2ln"], "not the token"],
    [["revoke", "--session", "a", "--before", "2026-01-01T00:00:00Z"], "--before only works with --user"],
    [["revoke", "--user", "a", "--before", "2026-01-01"], "with a time zone"],
    [["revoke", "--user", "a", "--before", "2026-01-01T00:00:00"], "with a time zone"],
    [["revoke", "--user", "a", "--before", "2026-99-01T00:00:00Z"], "with a time zone"],
    [["revoke", "--user", "a", "--before", "2999-01-01T00:00:00Z"], "in the future"],
    [["revoke", "--usr", "a"], "Did you mean --user?"],
    [["revoke", "--user", "a", "--by="], "--by is empty"],
    [["revoke", "--user", "a", "--by", "x".repeat(201)], "longer than 200 characters"],
    [["revoke", "--user", "a", "--by", "a\u001b[2J"], "a control character"],
    [["revoke", "--user", "a", "--by", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"], "not a token"],
  ])("%j", async (words, reason) => {
    const { exitCode, errors, output } = await run(...words);
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
    expect(errors).toContain(reason);
  });

  test.each(["", "mysql://root:hidden@x/y", "postgres://u:hidden@127.0.0.1:1/d"])(
    "DATABASE_URL %j",
    async (wrong) => {
      const { exitCode, errors } = await usher(["revocations"], { environment: { DATABASE_URL: wrong } });
      expect(exitCode).toBe(2);
      expect(errors).toContain("DATABASE_URL");
      expect(errors).not.toContain("hidden");
    },
  );

  test("a wrong password and a user without privileges", async () => {
    const wrong = new URL(url);
    wrong.password = "not-the-password";
    const refused = await usher(["revocations"], { environment: { DATABASE_URL: wrong.href } });
    expect(refused).toMatchObject({
      exitCode: 2,
      errors: expect.stringContaining("password authentication failed"),
    });
    expect(refused.errors).not.toContain("not-the-password");

    await admin.unsafe("create role reader login password 'test'");
    const reader = new URL(url);
    reader.username = "reader";
    reader.password = "test";
    const { errors } = await usher(["revoke", "--user", "a"], { environment: { DATABASE_URL: reader.href } });
    expect(errors).toContain("GRANT SELECT, INSERT ON usher_revocations TO");
    expect(errors).not.toContain(password());
  });
});

test.each(["revoke", "revocations"])("%s --help has examples and the exit codes", async (name) => {
  const { exitCode, output } = await usher([name, "--help"]);
  expect(exitCode).toBe(0);
  expect(output).toContain("EXAMPLES");
  expect(output).toContain("Exit codes: 0 success");
});
