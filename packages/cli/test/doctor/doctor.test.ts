import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { usherJwt } from "@usher-auth/issuer";
import { createTestIssuer } from "@usher-auth/testing";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { causes } from "../../src/doctor/causes.ts";
import { audience, newSecret, signIn, withClockMoved } from "../support/better-auth.ts";
import { usher } from "../support/command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { apiRows } from "./causes/api.ts";
import { issuerRows } from "./causes/issuer.ts";
import { tokenRows } from "./causes/jwt.ts";
import { type Row, settingsFor } from "./causes/row.ts";
import { secretRows } from "./causes/secret.ts";
import { sentRows } from "./causes/token-text.ts";
import { runDoctor } from "./support/run-doctor.ts";
import { tryRow } from "./support/try-row.ts";

beforeAll(() => {
  // Better Auth prints the errors that some rows provoke, whatever its logger is.
  const { error } = console;
  vi.spyOn(console, "error").mockImplementation((...parts) => {
    if (!String(parts[0]).startsWith("# SERVER_ERROR")) error(...parts);
  });
});

/** Those about the API need one, and are in doctor-api.test.ts. */
const tables: Readonly<Record<string, readonly Row[]>> = {
  "what was sent": sentRows,
  "the secret": secretRows,
  "the token": tokenRows,
  "the issuer": issuerRows,
};

describe.each(Object.entries(tables))("the doctor on %s", (_theme, rows) => {
  test.each(rows)("$when: $first", tryRow);
});

describe("the doctor where nothing is wrong", () => {
  test.each(["Authorization: Bearer ", "Bearer ", "< authorization: bearer "])(
    "%j before the token is no fault",
    async (prefix) => {
      const person = await signIn();
      const situation = {
        input: `${prefix}${await person.token()}\n`,
        environment: settingsFor(person),
        hidden: [],
      };
      expect(JSON.parse((await runDoctor(situation, "--json")).output).findings).toEqual([]);
    },
  );

  test("with a token alone it says what was not looked at", async () => {
    const person = await signIn();
    const { exitCode, output } = await runDoctor({ input: await person.token(), hidden: [] });
    expect(exitCode).toBe(0);
    expect(output).toContain("No fault found in what was looked at.");
    expect(output).toMatch(/not looked at: the signature.*--env/);
    expect(output).toMatch(/not looked at: the issuer.*--issuer/);
    expect(output).toMatch(/not looked at: the API.*--api/);
  });

  test("the token of an issuer with claims of its own, such as session and nonce, is no other thing", async () => {
    const person = await signIn({
      options: () => ({
        plugins: [usherJwt({ audience, claims: ({ session, user }) => ({ session, user, nonce: "n" }) })],
      }),
    });
    const situation = { input: await person.token(), environment: settingsFor(person), hidden: [] };
    expect(JSON.parse((await runDoctor(situation, "--json")).output).findings).toEqual([]);
  });

  test.each<[string, (url: string) => string]>([
    ["a slash at its end", (url) => `${url}/`],
    ["the path of Better Auth's endpoints", (url) => `${url}/api/auth`],
    ["that and a slash", (url) => `${url}/api/auth/`],
    ["capitals", (url) => url.toUpperCase().replace("HTTP", "http")],
  ])(
    "one BETTER_AUTH_URL means the same to both sides, and it says how it is read: with %s",
    async (_what, spell) => {
      const person = await signIn({ options: (baseURL) => ({ baseURL: spell(baseURL) }) });
      const environment = settingsFor({ ...person, issuer: spell(person.issuer) });
      const { output } = await runDoctor({ input: await person.token(), environment, hidden: [] }, "--json");
      const { findings, confirmed } = JSON.parse(output);
      expect(findings).toEqual([]);
      expect(confirmed).toContain(
        `BETTER_AUTH_URL is read as ${person.issuer}: its origin, as Better Auth reads it`,
      );
    },
  );

  test("it says so of a default port, and nothing where BETTER_AUTH_URL is an origin", async () => {
    const read = async (BETTER_AUTH_URL: string) => {
      const environment = { BETTER_AUTH_URL, API_URL: audience, BETTER_AUTH_SECRET: newSecret() };
      return JSON.parse((await runDoctor({ environment, hidden: [] }, "--json")).output).confirmed;
    };
    expect(await read("https://App.example.com:443")).toContain(
      "BETTER_AUTH_URL is read as https://app.example.com: its origin, as Better Auth reads it",
    );
    expect(await read("https://app.example.com")).toEqual([
      "the environment: an API starts with these settings",
    ]);
  });

  test("without the API, it does not say that the chain works", async () => {
    const person = await signIn();
    const { issuer } = person;
    const situation = { input: await person.token(), environment: settingsFor(person), issuer, hidden: [] };
    expect(JSON.parse((await runDoctor(situation, "--json")).output)).toMatchObject({
      findings: [],
      chainWorks: false,
    });
  });

  test("with an issuer alone, and nothing piped in, it looks at the issuer", async () => {
    const person = await signIn();
    const { exitCode, output } = await runDoctor({ issuer: person.issuer, hidden: [] });
    expect(output).toMatch(/✓ http:\/\/localhost:\d+ answers, and its clock is right/);
    expect(exitCode).toBe(0);
  });
});

test("several faults at once come in the order of likelihood, each once", async () => {
  const person = await signIn();
  const input = JSON.stringify(await withClockMoved(-3600, () => person.token()));
  const environment = {
    ...settingsFor(person),
    BETTER_AUTH_SECRET: newSecret(),
    BETTER_AUTH_URL: "https://app.example.com",
  };
  const { output } = await runDoctor({ input, environment, hidden: [] }, "--json");
  const ids = JSON.parse(output).findings.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(["token_quoted", "secret_differs", "issuer_differs", "token_expired"]);
});

test("the API's settings are read from an env file as Node reads it", async () => {
  const person = await signIn();
  const lines = Object.entries({ ...settingsFor(person), BETTER_AUTH_SECRET: newSecret() });
  const folder = await temporaryFolder();
  const file = join(folder, "api.env");
  await writeFile(file, lines.map(([name, value]) => `export ${name}="${value}" # said so\n`).join(""));
  await writeFile(join(folder, "token.txt"), await person.token());
  const words = ["doctor", "--env-file", file, "--token-file", join(folder, "token.txt"), "--json"];
  expect(JSON.parse((await usher(words)).output).findings[0]).toMatchObject({ id: "secret_differs" });
});

test("nothing out of a token reaches the terminal as a command, nor a line to paste", async () => {
  const person = await signIn();
  const hostile = `https://a.example/\u001b[2J\u009b2J\u202e\n$(touch x); rm -rf .`;
  const { secret, issuer } = person;
  const claims = { iss: hostile, aud: hostile };
  const input = createTestIssuer({ secret, issuer, audience }).tokenFor("ada", { claims });
  const situation = { input, environment: settingsFor(person), hidden: [] };
  for (const { output } of [
    await runDoctor(situation),
    await runDoctor(situation, "--json"),
    await usher(["decode"], { input }),
  ]) {
    expect(output).toContain("a.example");
    expect(output).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  }
  const { findings } = JSON.parse((await runDoctor(situation, "--json")).output);
  expect(findings.map(({ id }: { id: string }) => id)).toEqual(["issuer_differs", "audience_default"]);
  expect(findings[0].fix.join()).not.toContain("touch");
  const lines = (await runDoctor(situation)).output.split("\n");
  expect(lines.filter((line) => line.startsWith("$("))).toEqual([]);
});

/** Causes that need whole processes; tests/e2e/doctor.test.ts has them. */
const elsewhere = ["running_secret_changed", "running_secrets_differ"];

test("every cause that the doctor knows is made for real", () => {
  const rows = [...Object.values(tables).flat(), ...apiRows];
  const made = new Set(rows.map(({ first }) => first));
  expect(causes.filter((cause) => !made.has(cause))).toEqual(elsewhere);
});
