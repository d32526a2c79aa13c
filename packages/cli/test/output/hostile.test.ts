import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Situation } from "../doctor/causes/row.ts";
import { runDoctor } from "../doctor/support/run-doctor.ts";
import { audience, newSecret } from "../support/better-auth.ts";
import { type Run, usher } from "../support/command.ts";
import { closedUrl, startServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** An unsigned token. The doctor prints its claims. */
function handMade(claims: Record<string, unknown>, header: Record<string, unknown> = {}): string {
  const parts = [
    { alg: "HS256", ...header },
    { sub: "ada", exp: 4e9, iss: "http://localhost:3000", aud: audience, ...claims },
  ];
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.c2ln`;
}

/** Settings that an API can start with. */
const settings = (more: Record<string, string> = {}) => ({
  BETTER_AUTH_SECRET: newSecret(),
  BETTER_AUTH_URL: "http://localhost:3000",
  API_URL: audience,
  ...more,
});

/** A server with one answer for every request. */
const answering = (status: number, headers: Record<string, string> = {}, body = ""): Promise<string> =>
  startServer(() => (_request, response) => response.writeHead(status, headers).end(body));

/** Where text from outside gets into a line to paste. An attacker chooses `text`. */
const entrances: Readonly<Record<string, (text: string) => Promise<Situation>>> = {
  "the issuer's redirect": async (text) => ({
    issuer: await answering(302, { location: `http://${text}/` }),
    hidden: [],
  }),
  "the API's redirect": async (text) => ({
    api: await answering(302, { location: `http://${text}/` }),
    hidden: [],
  }),
  "the API's redirect to a path": async (text) => ({
    api: await answering(302, { location: `/${text}` }),
    hidden: [],
  }),
  "the token's issuer": async (text) => ({
    input: handMade({ iss: `http://${text}` }),
    environment: settings(),
    hidden: [],
  }),
  "the token's audience": async (text) => ({
    input: handMade({ aud: [`http://${text}`] }),
    environment: settings(),
    hidden: [],
  }),
  "the token's issuer as the pages' origin": async (text) => ({
    input: handMade({ iss: `http://${text}` }),
    api: await answering(401),
    hidden: [],
  }),
  "the token's subject in the path": async (text) => ({
    input: handMade({ sub: text }),
    api: `${await answering(403)}/api/me/tasks`,
    hidden: [],
  }),
  "the settings' BETTER_AUTH_URL": async (text) => ({
    input: handMade({}, { alg: "EdDSA" }),
    environment: settings({ BETTER_AUTH_URL: `http://${text}` }),
    hidden: [],
  }),
  "the settings' API_URL": async (text) => ({
    input: handMade({ aud: "http://localhost:3000" }),
    environment: settings({ API_URL: `http://${text}` }),
    hidden: [],
  }),
  "the settings' USHER_JWKS_URL": async (text) => ({
    input: handMade({}, { alg: "EdDSA", kid: "1" }),
    environment: settings({ USHER_JWKS_URL: `${await closedUrl()}/${text}` }),
    hidden: [],
  }),
  "the settings' USHER_JWKS_URL with an API without keys": async (text) => ({
    input: handMade({}, { alg: "EdDSA", kid: "1" }),
    environment: settings({ USHER_JWKS_URL: `${await closedUrl()}/${text}` }),
    api: await answering(503, { "content-type": "application/json" }, '{"code":"keys_unavailable"}'),
    hidden: [],
  }),
  "the issuer's URL from a script": async (text) => ({
    issuer: `${await closedUrl()}/${text}`,
    hidden: [],
  }),
  "the API's URL from a script": async (text) => ({
    api: `${await closedUrl()}/?a=1&b=${text}`,
    hidden: [],
  }),
};

/**
 * Text that creates a file if a shell interprets it. The host of a URL may contain all of these characters.
 */
const commands = ["`made`", "$(made)", ";made;", "&made&", "'`made`'", '"`made`"', "|made|"];

describe("a line to paste does not run a command from", () => {
  test.each(Object.entries(entrances))("%s", async (_name, arrange) => {
    const folder = await temporaryFolder();
    const file = join(folder, "it-ran");
    await writeFile(join(folder, "made"), `#!/bin/sh\n: > ${file}\n`);
    for (const harmless of ["curl", "npx"]) await writeFile(join(folder, harmless), "#!/bin/sh\n");
    for (const program of ["made", "curl", "npx"]) await chmod(join(folder, program), 0o755);
    const shell = (line: string) =>
      spawnSync("/bin/sh", ["-c", line], { cwd: folder, env: { PATH: folder } });
    shell("made");
    expect(existsSync(file), "the test itself works").toBe(true);

    let lines = 0;
    for (const command of commands) {
      const { output } = await runDoctor(await arrange(command), "--json");
      for (const line of JSON.parse(output).findings.flatMap(({ fix }: { fix: string[] }) => fix)) {
        lines++;
        spawnSync("rm", ["-f", file]);
        shell(line);
        expect(existsSync(file), line).toBe(false);
      }
    }
    expect(lines).toBeGreaterThanOrEqual(commands.length);
  });

  test("a line of code does not contain an attacker's code", async () => {
    const injected = '"+made()+"';
    for (const name of [
      "the API's redirect",
      "the token's issuer as the pages' origin",
      "the settings' API_URL",
    ]) {
      const { output } = await runDoctor(
        await (entrances[name] as (text: string) => Promise<Situation>)(injected),
        "--json",
      );
      const fixes: string[] = JSON.parse(output).findings.flatMap(({ fix }: { fix: string[] }) => fix);
      expect(fixes.length).toBeGreaterThan(0);
      expect(fixes.filter((line) => line.includes('"+made'))).toEqual([]);
    }
  });

  test("a URL from the command line is quoted", async () => {
    const api = `${await closedUrl()}/tasks?a=1&b=it's`;
    const { output } = await runDoctor({ api, hidden: [] }, "--json");
    expect(JSON.parse(output).findings[0].fix).toEqual([`curl -i '${api.replace("it's", "it%27s")}'`]);
  });
});

const [escaped, bell, nextLine, override, separator] = ["\u001b", "\u0007", "\u0085", "\u202e", "\u2028"];
/** Text that would control a terminal, reverse its direction, or look like a line of output. */
const hostileText = `a${escaped}[2J${escaped}]0;b${bell}c${nextLine}d${override}e${separator}f\r\n✓ fine`;

/** Fails if the output contains any of that. */
function expectEscaped({ output, errors }: Pick<Run, "output" | "errors">): void {
  const all = output + errors;
  expect(all).not.toBe("");
  expect(all.match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)).toBeNull();
  expect(all.split("\n")).not.toContain("✓ fine");
}

describe("control characters are escaped in", () => {
  const headers = { location: `/a${nextLine}b`, "www-authenticate": `Bearer realm="${nextLine}"` };
  const situations: Readonly<Record<string, () => Promise<Situation>>> = {
    "a token's claims": async () => ({
      input: handMade(
        {
          iss: hostileText,
          aud: [hostileText],
          [hostileText]: 1,
          sub: hostileText,
          nonce: hostileText,
          email: hostileText,
        },
        { kid: hostileText },
      ),
      environment: settings(),
      api: `${await answering(403)}/${encodeURIComponent(hostileText)}`,
      hidden: [],
    }),
    "another provider's token": async () => ({
      input: handMade({ iss: hostileText, azp: hostileText }),
      hidden: [],
    }),
    "a token's algorithm": async () => ({
      input: handMade({}, { alg: hostileText }),
      environment: settings(),
      hidden: [],
    }),
    "a word instead of a token": async () => ({ input: `[object ${hostileText}]`, hidden: [] }),
    "a server's headers": async () => ({
      input: handMade({}),
      issuer: await answering(302, headers),
      api: await answering(401, headers, JSON.stringify({ code: hostileText })),
      hidden: [],
    }),
    "a server's problem": async () => ({
      input: handMade({}),
      api: await answering(
        500,
        { "content-type": "application/json" },
        JSON.stringify({ code: hostileText }),
      ),
      hidden: [],
    }),
    settings: async () => ({
      input: handMade({}),
      environment: settings({ BETTER_AUTH_URL: hostileText, API_URL: hostileText, USHER_KEYS: hostileText }),
      hidden: [],
    }),
  };

  test.each(Object.entries(situations))("%s", async (_name, arrange) => {
    expectEscaped(await runDoctor(await arrange()));
    const json = await runDoctor(await arrange(), "--json");
    expectEscaped(json);
    expect(JSON.parse(json.output).findings.length).toBeGreaterThan(0);
  });

  test("a running process's record", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "running"));
    const record = {
      name: hostileText,
      pid: process.pid,
      issuer: hostileText,
      startedAt: hostileText,
      secretFingerprint: hostileText,
    };
    await writeFile(join(folder, "running", "web-1.json"), JSON.stringify(record));
    const environment = { DATA_DIR: folder };
    expectEscaped(await usher(["doctor"], { environment }));
    await writeFile(
      join(folder, "running", "api-1.json"),
      JSON.stringify({ ...record, secretFingerprint: "b" }),
    );
    expectEscaped(await usher(["doctor"], { environment }));
  });

  test("the names of files, flags and commands", async () => {
    for (const words of [
      ["doctor", "--env", hostileText],
      ["doctor", "--token-file", hostileText],
      ["audit", hostileText],
      ["decode", `--${hostileText}`],
      [hostileText],
      ["fingerprint", "--secret-file", hostileText],
    ]) {
      const environment = { USHER_TOKEN_A: handMade({}), USHER_TOKEN_B: handMade({ sub: "grace" }) };
      const run = await usher(words, { environment });
      expectEscaped(run);
      expect(run.exitCode).toBe(2);
      expect(run.errors.trimEnd().split("\n")).toHaveLength(1);
    }
  });

  test("a decoded token", async () => {
    const input = handMade({ [hostileText]: hostileText, iss: hostileText }, { kid: hostileText });
    for (const more of [[], ["--json"]]) expectEscaped(await usher(["decode", ...more], { input }));
  });

  test("a BETTER_AUTH_URL with a password, which is not printed", async () => {
    const environment = settings({ BETTER_AUTH_URL: "https://ada:hunter2@app.example.com/api/auth" });
    for (const more of [[], ["--json"]]) {
      const { output } = await runDoctor({ input: handMade({}), environment, hidden: [] }, ...more);
      expect(output).toContain("issuer_differs");
      expect(output).not.toContain("hunter2");
    }
  });

  test("the versions of secrets", async () => {
    const secret = newSecret();
    const environment = { BETTER_AUTH_SECRETS: `${hostileText}:${secret},my${secret}:more,2:${secret}` };
    for (const more of [[], ["--json"]]) {
      const run = await usher(["fingerprint", ...more, "--expect", hostileText], { environment });
      expectEscaped(run);
      expect(run.output).not.toContain(secret);
      expect(run.output).toContain("BETTER_AUTH_SECRETS version 2");
    }
  });

  test("an OpenAPI document and a baseline, in every kind of report", async () => {
    const folder = await temporaryFolder();
    const [document, baseline, sarif, junit] = [
      "openapi.json",
      "baseline.txt",
      "report.sarif",
      "report.xml",
    ].map((name) => join(folder, name)) as [string, string, string, string];
    const operation = {
      operationId: hostileText,
      parameters: [{ name: hostileText, in: "path", required: true }],
    };
    const paths = { [`/a${hostileText}/{${hostileText}}`]: { get: operation }, "/fine": { get: {} } };
    const url = await answering(200, { "content-type": "application/json" }, "{}");
    await writeFile(
      document,
      JSON.stringify({ openapi: "3.1.0", servers: [{ url: `${url}/${hostileText}` }], paths }),
    );
    await writeFile(baseline, `GET /gone${hostileText.replaceAll(/\s/g, "")}\n`);
    const environment = { USHER_TOKEN_A: handMade({}), USHER_TOKEN_B: handMade({ sub: "grace" }) };
    const words = [
      "audit",
      document,
      "--rate",
      "100000",
      "--baseline",
      baseline,
      "--sarif",
      sarif,
      "--junit",
      junit,
    ];
    for (const more of [[], ["--json"]]) {
      const run = await usher([...words, ...more], { environment });
      expectEscaped(run);
      expect(run, run.errors + run.output).toMatchObject({ exitCode: 1 });
    }
    for (const file of [sarif, junit]) expectEscaped({ output: await readFile(file, "utf8"), errors: "" });
    expect(JSON.parse(await readFile(sarif, "utf8")).runs).toHaveLength(1);
  });
});
