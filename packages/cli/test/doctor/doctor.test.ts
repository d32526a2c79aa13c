import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { usherJwt } from "@usher-auth/issuer";
import { createTestIssuer } from "@usher-auth/testing";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { causes } from "../../src/doctor/causes.ts";
import { audience, newSecret, signIn, withClockMoved } from "../support/better-auth.ts";
import { usher } from "../support/command.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { accessTokenRows } from "./causes/access-token.ts";
import { apiRows } from "./causes/api.ts";
import { issuerRows } from "./causes/issuer.ts";
import { jwtRows } from "./causes/jwt.ts";
import { productionRows } from "./causes/production.ts";
import { type Row, settingsFor } from "./causes/row.ts";
import { secretRows } from "./causes/secret.ts";
import { tokenTextRows } from "./causes/token-text.ts";
import { runDoctor } from "./support/run-doctor.ts";
import { tryRow } from "./support/try-row.ts";

beforeAll(() => {
  // Better Auth prints the errors that some rows cause, even with its logger disabled.
  const { error } = console;
  vi.spyOn(console, "error").mockImplementation((...parts) => {
    if (!String(parts[0]).startsWith("# SERVER_ERROR")) error(...parts);
  });
});

/** doctor-api.test.ts has the rows that need the API. */
const tables: Readonly<Record<string, readonly Row[]>> = {
  "what was sent": tokenTextRows,
  "the secret": secretRows,
  "the token": jwtRows,
  "an OAuth access token": accessTokenRows,
  "the issuer": issuerRows,
};

describe.each(Object.entries(tables))("the doctor on %s", (_group, rows) => {
  test.each(rows)("$when: $first", tryRow);
});

describe("the doctor without a problem", () => {
  test.each(["Authorization: Bearer ", "Bearer ", "< authorization: bearer "])(
    "%j before the token is correct",
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

  test("finds none in access tokens of users and clients, with or without settings", async () => {
    const { accessTokenFor, clientTokenFor, ...provider } = await createTestIssuer({
      mode: "jwks",
      audience,
    });
    const environment = {
      BETTER_AUTH_URL: provider.issuer,
      API_URL: audience,
      USHER_JWKS_URL: provider.jwksUrl,
      USHER_ACCESS_TOKEN_ISSUER: provider.accessTokenIssuer,
      USHER_ACCESS_TOKEN_SCOPES: "tasks:read",
    };
    for (const input of [
      accessTokenFor("ada", { scope: "tasks:read" }),
      clientTokenFor("backup", { scope: "openid tasks:read" }),
    ])
      for (const settings of [environment, { ...environment, USHER_ACCESS_TOKEN_SCOPES: "none" }, {}]) {
        const { output } = await runDoctor({ input, environment: settings, hidden: [] }, "--json");
        expect(JSON.parse(output).findings, JSON.stringify(settings)).toEqual([]);
      }
  });

  test("with only a token it says what was not checked", async () => {
    const person = await signIn();
    const { exitCode, output } = await runDoctor({ input: await person.token(), hidden: [] });
    expect(exitCode).toBe(0);
    expect(output).toContain("No problem found.");
    expect(output).toMatch(/not checked: the signature.*--env/);
    expect(output).toMatch(/not checked: the issuer.*--issuer/);
    expect(output).toMatch(/not checked: the API.*--api/);
  });

  test("a token with additional claims such as session and nonce is an API token", async () => {
    const person = await signIn({
      options: () => ({
        plugins: [usherJwt({ audience, claims: ({ session, user }) => ({ session, user, nonce: "n" }) })],
      }),
    });
    const situation = { input: await person.token(), environment: settingsFor(person), hidden: [] };
    expect(JSON.parse((await runDoctor(situation, "--json")).output).findings).toEqual([]);
  });

  test.each<[string, (url: string) => string]>([
    ["a trailing slash", (url) => `${url}/`],
    ["the path of Better Auth's endpoints", (url) => `${url}/api/auth`],
    ["that path and a slash", (url) => `${url}/api/auth/`],
    ["upper case", (url) => url.toUpperCase().replace("HTTP", "http")],
  ])("reads BETTER_AUTH_URL as Better Auth does, and says how: with %s", async (_what, spell) => {
    const person = await signIn({ options: (baseURL) => ({ baseURL: spell(baseURL) }) });
    const environment = settingsFor({ ...person, issuer: spell(person.issuer) });
    const { output } = await runDoctor({ input: await person.token(), environment, hidden: [] }, "--json");
    const { findings, confirmed } = JSON.parse(output);
    expect(findings).toEqual([]);
    expect(confirmed).toContain(
      `BETTER_AUTH_URL is read as ${person.issuer}: only its origin counts, as in Better Auth`,
    );
  });

  test("says how it reads BETTER_AUTH_URL with a default port, but not if it is an origin", async () => {
    const read = async (BETTER_AUTH_URL: string) => {
      const environment = { BETTER_AUTH_URL, API_URL: audience, BETTER_AUTH_SECRET: newSecret() };
      return JSON.parse((await runDoctor({ environment, hidden: [] }, "--json")).output).confirmed;
    };
    expect(await read("https://App.example.com:443")).toContain(
      "BETTER_AUTH_URL is read as https://app.example.com: only its origin counts, as in Better Auth",
    );
    expect(await read("https://app.example.com")).toEqual([
      "the environment: an API can start with these settings",
    ]);
  });

  test("does not say that everything works if the API was not checked", async () => {
    const person = await signIn();
    const { issuer } = person;
    const situation = { input: await person.token(), environment: settingsFor(person), issuer, hidden: [] };
    expect(JSON.parse((await runDoctor(situation, "--json")).output)).toMatchObject({
      findings: [],
      chainWorks: false,
    });
  });

  test("checks only the issuer if nothing else is given", async () => {
    const person = await signIn();
    const { exitCode, output } = await runDoctor({ issuer: person.issuer, hidden: [] });
    expect(output).toMatch(/✓ http:\/\/localhost:\d+ answers, and its clock is correct/);
    expect(exitCode).toBe(0);
  });
});

test("lists several causes once each, the most likely first", async () => {
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

test("reads an env file as Node does", async () => {
  const person = await signIn();
  const lines = Object.entries({ ...settingsFor(person), BETTER_AUTH_SECRET: newSecret() });
  const folder = await temporaryFolder();
  const file = join(folder, "api.env");
  await writeFile(file, lines.map(([name, value]) => `export ${name}="${value}" # a comment\n`).join(""));
  await writeFile(join(folder, "token.txt"), await person.token());
  const words = ["doctor", "--env-file", file, "--token-file", join(folder, "token.txt"), "--json"];
  expect(JSON.parse((await usher(words)).output).findings[0]).toMatchObject({ id: "secret_differs" });
});

test("text from a token cannot control the terminal or a line to paste", async () => {
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

/** tests/e2e/doctor.test.ts has those that need processes, packages/cli/integration those that need Postgres or TLS. */
const elsewhere = [
  "running_secret_changed",
  "running_secrets_differ",
  "rows_open",
  "database_bypasses_rows",
  "deliveries_waiting",
  "hsts_missing",
];

test("every cause has a test with real servers", () => {
  const rows = [...Object.values(tables).flat(), ...apiRows, ...productionRows];
  const made = new Set(rows.map(({ first }) => first));
  expect(causes.filter((cause) => !made.has(cause))).toEqual(elsewhere);
});
