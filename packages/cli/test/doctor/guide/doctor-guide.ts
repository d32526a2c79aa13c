import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { jwt } from "better-auth/plugins/jwt";
import { expect } from "vitest";
import { causes } from "../../../src/doctor/causes.ts";
import { startApi } from "../../support/api.ts";
import { type SignedIn, signIn, withClockMoved } from "../../support/better-auth.ts";
import { usher } from "../../support/command.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { accessTokenRows } from "../causes/access-token.ts";
import { apiRows } from "../causes/api.ts";
import { issuerRows } from "../causes/issuer.ts";
import { jwtRows } from "../causes/jwt.ts";
import { productionRows } from "../causes/production.ts";
import { settingsFor } from "../causes/row.ts";
import { secretRows } from "../causes/secret.ts";
import { tokenTextRows } from "../causes/token-text.ts";
import { type Block, withOutputs, withPart } from "./blocks.ts";

const guide = "docs/guide/doctor.md";
const secret = "kT4wZq8sLm2xRbV9nC3jH7pD1gF5yU0aE6iO";
const other = "hG6dS2aQ9wE4rT7yU1iO5pL8kJ3zX0cV2bN4";

type Environment = Readonly<Record<string, string>>;

/** Runs a command with these files in a folder. `shown` maps arguments in the guide to the real ones. */
async function show(
  typed: string,
  files: Readonly<Record<string, string>>,
  replacements: Environment,
): Promise<Block> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const [command = "", piped] = typed.split(" < ");
  const words = command.split(" ").slice(2);
  const typedFor = words.map((word) =>
    Object.hasOwn(files, word) ? join(folder, word) : (replacements[word] ?? word),
  );
  const input = piped === undefined ? undefined : files[piped];
  const { output, errors } = await usher(typedFor, { input, environment: { DATA_DIR: folder } });
  expect(errors).toBe("");
  return { typed, output: withFixedValues(output.replaceAll(`${folder}/`, ""), replacements) };
}

/** Replaces what differs from run to run. */
function withFixedValues(output: string, replacements: Environment): string {
  let text = output;
  for (const [shown, real] of Object.entries(replacements)) text = text.replaceAll(real, shown);
  return fixedValues.reduce((current, [pattern, shown]) => current.replaceAll(pattern, shown), text);
}

const fixedValues: readonly [RegExp, string][] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "2026-01-31T12:00:00.000Z"],
  [/(?<="(?:iat|exp|auth_time)": )[\d.]+/g, "1769860800"],
  [/(?<=^auth_time \S+, ).*$/gm, "0 seconds ago"],
  [/(?<="sid": ")\w+/g, "q2d0vWxU1ympfgjGLSOB4gzsYqGRcZ5Q"],
  [/(?<="jti": ")[\w-]+/g, "6c72eb6d-5e11-459e-87e4-3bc63ccff52a"],
  [/ada\.\d+@/g, "ada@"],
  [
    /(?<=the (?:issuer|API): )(?:the same time as here, to a second|\d.* this machine)$/gm,
    "the same time as here, to a second",
  ],
  [/Ada \d+/g, "Ada"],
  [/\b(?!eyJhbG)\w{6}(?=… )/g, "QOMrjj"],
];

const envFile = (settings: Environment) =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

/** How the guide calls what is another each time. */
function replacementsFor(person: SignedIn, api = ""): Environment {
  return {
    ...(api !== "" && {
      [`http://localhost:3001/api/${shownId}/tasks`]: `${api}/api/${person.userId}/tasks`,
    }),
    ...(api !== "" && { "http://localhost:3001": api }),
    "http://localhost:3000": person.issuer,
    [shownId]: person.userId,
  };
}

const shownId = "7Wq2Zr9LmX4tKd8sVbN3cHj6pG1fYu5A";
const typed = "npx usher-auth doctor --env .env < token.txt";

/** The guide with the current output of every command, and its path. */
export async function makeDoctorGuide(): Promise<{ readonly file: string; readonly text: string }> {
  const blocks = new Map<string, Block>();
  const person = await signIn({ secret });
  const settings = settingsFor(person);
  const api = await startApi(settings);
  const replacements = replacementsFor(person, api);
  const token = await person.token();
  const chain = (path: string) =>
    `npx usher-auth doctor --env .env --cookie-file cookie.txt --issuer http://localhost:3000 --api ${path} < token.txt`;
  const files = { ".env": envFile(settings), "token.txt": token, "cookie.txt": person.cookies };

  blocks.set("healthy", await show(chain(`http://localhost:3001/api/${shownId}/tasks`), files, replacements));
  const health = "npx usher-auth status --env .env --health http://localhost:3001/health/ready";
  blocks.set(
    "status",
    await show(health, files, {
      ...replacements,
      "http://localhost:3001/health/ready": `${api}/health/ready`,
    }),
  );
  const cookie = { ...files, "token.txt": person.cookie("session_token") };
  blocks.set("cookie", await show(typed, cookie, replacements));
  // Node removes one pair of quotes, docker --env-file none: two pairs here simulate that.
  const quoted = { ...files, ".env": envFile({ ...settings, BETTER_AUTH_SECRET: `'"${secret}"'` }) };
  blocks.set("quotes", await show(typed, quoted, replacements));
  const differing = { ...files, ".env": envFile({ ...settings, BETTER_AUTH_SECRET: other }) };
  blocks.set("differs", await show(typed, differing, replacements));
  const elsewhere = {
    ...files,
    ".env": envFile({ ...settings, BETTER_AUTH_URL: "https://app.example.com/api/auth" }),
  };
  blocks.set("issuer", await show(typed, elsewhere, replacements));
  const late = { ...files, "token.txt": await withClockMoved(-3600, () => person.token()) };
  blocks.set("expired", await show(typed, late, replacements));
  blocks.set(
    "path",
    await show(chain("http://localhost:3001/api/ada@example.com/tasks"), files, {
      ...replacements,
      "http://localhost:3001/api/ada@example.com/tasks": `${api}/api/${emailOf(token)}/tasks`,
      "ada@example.com": emailOf(token),
    }),
  );
  blocks.set(
    "json",
    await show("npx usher-auth doctor --json < token.txt", { "token.txt": "undefined" }, {}),
  );

  const pair = await signIn({ options: () => ({ plugins: [jwt()] }) });
  const eddsa = {
    ".env": envFile({ ...settingsFor(pair), BETTER_AUTH_SECRET: secret }),
    "token.txt": await pair.token(),
  };
  blocks.set("algorithm", await show(typed, eddsa, replacementsFor(pair)));

  blocks.set("fingerprint", await show("npx usher-auth fingerprint --env .env", files, {}));
  const decoded = await signIn();
  const recent = await withClockMoved(-135, () => decoded.token());
  blocks.set(
    "decode",
    await show("npx usher-auth decode < token.txt", { "token.txt": recent }, replacementsFor(decoded)),
  );

  const before = await readFile(guide, "utf8");
  const text = withPart(withOutputs(before, blocks), "causes", tableOfCauses());
  return { file: join(process.cwd(), guide), text };
}

function emailOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).email;
}

/** Every cause, in the doctor's order, with the examples of the tests. */
function tableOfCauses(): string {
  const rows = [
    ...tokenTextRows,
    ...secretRows,
    ...jwtRows,
    ...accessTokenRows,
    ...issuerRows,
    ...apiRows,
    ...productionRows,
  ];
  const elsewhere: Readonly<Record<string, string>> = {
    running_secret_changed: "the running processes were started with another secret",
    running_secrets_differ: "the running web app and API have different secrets",
    rows_open: "a table with an owner's column has no policy",
    database_bypasses_rows: "the user of DATABASE_URL is a superuser",
    deliveries_waiting: "a backend has not acknowledged a sign-out for ten minutes",
    hsts_missing: "an https address sends no Strict-Transport-Security",
  };
  const lines = causes.map((cause) => {
    const ways = rows.filter(({ first }) => first === cause).map(({ when }) => when);
    return `| \`${cause}\` | ${ways.join("; ") || elsewhere[cause]} |`;
  });
  return ["| id | examples |", "| --- | --- |", ...lines].join("\n");
}
