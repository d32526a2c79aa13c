import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { secretFingerprint } from "@usher-auth/verify/keys";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { keyPairSettingsFor, settingsFor } from "../doctor/causes/row.ts";
import { audience, newSecret, signIn, withClockMoved } from "../support/better-auth.ts";
import { usher } from "../support/command.ts";
import { expectHidden } from "../support/hidden.ts";
import { closedUrl, startServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { readStatus, sectionsWith, textsOf } from "./support.ts";

describe("a healthy system", () => {
  test("with a secret: exit code 0, the fingerprint, and no secret", async () => {
    const person = await signIn();
    const { report, json, text } = await readStatus(settingsFor(person));
    expect(json.exitCode).toBe(0);
    expect(report).toMatchObject({
      state: "healthy",
      sections: {
        settings: { variables: { BETTER_AUTH_URL: person.issuer, BETTER_AUTH_SECRET: "set" } },
        secrets: {
          secrets: [
            { name: "BETTER_AUTH_SECRET", fingerprint: secretFingerprint(person.secret), signs: true },
          ],
        },
        issuer: { url: person.issuer, reachable: true },
      },
    });
    expect(sectionsWith(report, "wrong").concat(sectionsWith(report, "unknown"))).toEqual([]);
    expect(text.output).toMatch(/^✓ Healthy\.\n/);
    for (const { output } of [json, text]) expectHidden(output, [person.secret]);
  });

  test("with a key pair : the keys by kid and algorithm", async () => {
    const person = await signIn({
      options: () => ({ plugins: [usherJwt({ audience, algorithm: "ES256" })] }),
    });
    await person.token();
    const settings = keyPairSettingsFor(person);
    const { report, json, text } = await readStatus(settings);
    expect(json.exitCode).toBe(0);
    const { keys } = report.sections;
    expect(keys).toMatchObject({ keys: [{ algorithm: "ES256", kid: expect.stringMatching(/^\w{32}$/) }] });
    expect(text.output).toContain("/api/auth/jwks has 1 key\n");
  });

  test("fits one screen, and has colours on a terminal only", async () => {
    const person = await signIn();
    const environment = { DATA_DIR: await temporaryFolder(), ...settingsFor(person) };
    const run = (more: Record<string, string>, isTTY: boolean) =>
      usher(["status"], { environment: { ...environment, ...more }, isTTY });
    const plain = await run({}, false);
    expect(plain.output.split("\n").length).toBeLessThan(25);
    const colour = "\u001b[";
    expect(plain.output).not.toContain(colour);
    expect((await run({}, true)).output).toContain(colour);
    expect((await run({ NO_COLOR: "1" }, true)).output).toBe(plain.output);
    expect((await run({ TERM: "dumb" }, true)).output).toBe(plain.output);
  });
});

describe("cannot tell, exit code 2:", () => {
  test.each([
    [["status"], "The environment has no settings"],
    [["status", "--env", "/nowhere/.env"], "Cannot read /nowhere/.env (ENOENT)"],
    [["status", "--issuer", "ftp://a"], "--issuer must be an http"],
    [["status", "--health", "http://a:b@c"], "--health must not contain credentials"],
    [["status", "--jsn"], "Did you mean --json?"],
  ])("%j", async (words, reason) => {
    const environment = words.includes("--env") || words.length === 1 ? {} : { BETTER_AUTH_URL: "http://a" };
    const { exitCode, output, errors } = await usher(words, { environment });
    expect({ exitCode, output }).toEqual({ exitCode: 2, output: "" });
    expect(errors).toContain(reason);
  });

  test("a file without settings of Usher", async () => {
    const file = join(await temporaryFolder(), ".env");
    writeFileSync(file, "PORT=1\n");
    const { exitCode, errors } = await usher(["status", "--env", file]);
    expect(exitCode).toBe(2);
    expect(errors).toContain("none of the settings");
  });

  test.each([
    ["is not there", () => undefined, "does not exist"],
    ["is not a database", (file: string) => writeFileSync(file, "text".repeat(1000)), "not a database"],
    ["is a folder", (file: string) => void mkdirSync(file), "is not a file"],
    ["is a pipe", (file: string) => void execFileSync("mkfifo", [file]), "is not a file"],
  ])("Better Auth's file %s", async (_what, make, reason) => {
    const person = await signIn();
    const file = join(await temporaryFolder(), "auth.sqlite");
    make(file);
    const { report, json } = await readStatus(settingsFor(person), "--auth-sqlite", file);
    expect(json.exitCode).toBe(2);
    expect(textsOf(report, "deliveries", "unknown").join()).toContain(reason);
  });
});

describe("something is wrong, exit code 1:", () => {
  test("nothing listens at the issuer", async () => {
    const settings = settingsFor({ issuer: await closedUrl(), secret: newSecret() });
    const { report, json } = await readStatus(settings);
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "issuer", "wrong").join()).toContain("ECONNREFUSED");
    expect(report.sections.issuer).toMatchObject({ reachable: false, findings: ["issuer_unreachable"] });
  });

  test("the issuer accepts connections and never answers", async () => {
    const settings = settingsFor({ issuer: `http://localhost:${await silentPort()}`, secret: newSecret() });
    const { report, json } = await readStatus(settings);
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "issuer", "wrong").join()).toContain("no response within 5 seconds");
  });

  test("the databases accept connections and never answer", { timeout: 30_000 }, async () => {
    const person = await signIn();
    const database = `postgres://u:a-hidden-password@127.0.0.1:${await silentPort()}/d`;
    const settings = { ...settingsFor(person), DATABASE_URL: database, AUTH_DATABASE_URL: database };
    const { report, json, text } = await readStatus(settings);
    expect(json.exitCode).toBe(1);
    expect(sectionsWith(report, "wrong")).toEqual(["revocations", "deliveries", "rows"]);
    expect(textsOf(report, "rows", "wrong")).toEqual([
      "The database at DATABASE_URL did not accept a connection within 5 s.",
    ]);
    for (const { output } of [json, text]) expectHidden(output, ["a-hidden-password"]);
  });

  test("the settings", async () => {
    const { report, json } = await readStatus({ BETTER_AUTH_URL: await closedUrl() });
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "settings", "wrong").join()).toContain("BETTER_AUTH_SECRET");
  });

  test.each([
    ["to every path with 200", 200, "[]"],
    ["with 403, as a firewall does", 403, '{"error":"blocked"}'],
    ["with text", 200, "ok"],
  ])("another server is at the issuer's address, and answers %s", async (_how, status, body) => {
    const issuer = await startServer(() => (_request, response) => {
      response.writeHead(status, { "content-type": "application/json" }).end(body);
    });
    const { report, json } = await readStatus(settingsFor({ issuer, secret: newSecret() }));
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "issuer", "wrong").join()).toContain(`/api/auth/ok answers ${status}, but not as`);
  });

  test("a redirect, whose query may be a token", async () => {
    const issuer = await startServer(() => (_request, response) => {
      response.writeHead(302, { location: "/sign-in?token=a-hidden-token#a-hidden-token" }).end();
    });
    const { report, json, text } = await readStatus(settingsFor({ issuer, secret: newSecret() }));
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "issuer", "wrong").join()).toContain("302 with Location: /sign-in?…");
    for (const { output } of [json, text]) expectHidden(output, ["a-hidden-token"]);
  });

  test("a URL of a database that the driver refuses does not hide the rest", async () => {
    const person = await signIn();
    const database = "postgres://user:a-hidden-password%zz@127.0.0.1:1/db";
    const { report, json, text } = await readStatus({ ...settingsFor(person), DATABASE_URL: database });
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "rows", "wrong")).toEqual(["DATABASE_URL cannot be used: URI malformed"]);
    expect(textsOf(report, "issuer", "ok")).toHaveLength(1);
    for (const { output } of [json, text]) expectHidden(output, ["a-hidden-password"]);
  });

  test("a JWKS of 10 MB, which is not read to its end", async () => {
    const issuer = await startServer(() => (request, response) => {
      response.setHeader("content-type", "application/json");
      if (!request.url?.endsWith("/jwks")) return void response.end('{"ok":true}');
      let sent = 0;
      // The reader leaves early.
      request.socket.on("error", () => undefined);
      const space = Buffer.alloc(64 * 1024, " ");
      const more = (): void => {
        while (sent < 10 * 1024 * 1024 && !response.destroyed) {
          sent += space.length;
          if (!response.write(space)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    const settings = keyPairSettingsFor({ issuer });
    const { report, json } = await readStatus(settings);
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "keys", "wrong").join()).toContain("larger than 524288 bytes");
  });

  test("the API's health endpoint answers 503", async () => {
    const person = await signIn();
    const health = await startServer(() => (_request, response) => {
      response
        .writeHead(503, { "content-type": "application/json" })
        .end('{"keys":"missing","x":"\\u001b[2J"}');
    });
    const { report, json, text } = await readStatus(settingsFor(person), "--health", health);
    expect(json.exitCode).toBe(1);
    expect(report.sections.api).toMatchObject({ status: 503, parts: { keys: "missing" } });
    expect(text.output).not.toContain("\u001b");
  });
});

describe("clocks", () => {
  test.each([
    [30, "30.0 s ahead of this machine"],
    [-30, "30.0 s behind this machine"],
  ])("of an issuer that is %i seconds ahead", async (clockAhead, words) => {
    const person = await signIn({ clockAhead });
    const { report, json } = await readStatus(settingsFor(person));
    expect(json.exitCode).toBe(1);
    const [text] = textsOf(report, "clocks", "wrong");
    const seconds = Number(/([\d.]+) s/.exec(text ?? "")?.[1]);
    expect(Math.abs(seconds - 30)).toBeLessThan(1.5);
    expect(text?.replace(/[\d.]+/, "30.0")).toBe(`the issuer: ${words}`);
    // The doctor's own finding would say the same again.
    expect(sectionsWith(report, "wrong")).toEqual(["clocks"]);
  });

  test("an answer from a cache has an old date, which says nothing", async () => {
    const person = await signIn();
    const cached = { date: new Date(Date.now() - 3_600_000).toUTCString(), age: "3600" };
    const health = await startServer(() => (_request, response) => {
      response.sendDate = false;
      response.writeHead(200, cached).end("{}");
    });
    const { report, json } = await readStatus(settingsFor(person), "--health", health);
    expect(json.exitCode).toBe(0);
    expect(report.sections.clocks?.offsets).toMatchObject([{ of: "the issuer" }]);
  });

  test.each([-3, 3])("%i seconds are within the tolerance", async (clockAhead) => {
    const person = await signIn({ clockAhead });
    expect((await readStatus(settingsFor(person))).json.exitCode).toBe(0);
  });

  test.each([-60, 60])("if all others agree, this machine's is wrong: moved by %i seconds", async (moved) => {
    const person = await signIn();
    const settings = settingsFor(person);
    const health = await startServer(() => (_request, response) => void response.end("{}"));
    // Its servers are in this process and take the date from Node, which does not use the moved one.
    const { report } = await withClockMoved(moved, () => readStatus(settings, "--health", health));
    expect(textsOf(report, "clocks", "wrong").at(-1)).toContain("this machine's clock is wrong");
  });
});

describe("the shell", () => {
  test("counts without a file; with one, the file does, and the difference is shown without its value", async () => {
    const person = await signIn();
    const folder = await temporaryFolder();
    const file = join(folder, ".env");
    const settings = { DATA_DIR: folder, ...settingsFor(person) };
    writeFileSync(
      file,
      Object.entries(settings)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(""),
    );
    const other = newSecret();
    const shell = { ...settings, BETTER_AUTH_SECRET: other, USHER_KEYS: "jwks" };

    const withFile = await usher(["status", "--env-file", file, "--json"], { environment: shell });
    expect(withFile.exitCode).toBe(0);
    const report = JSON.parse(withFile.output);
    expect(report.sections.secrets.secrets[0].fingerprint).toBe(secretFingerprint(person.secret));
    const notes = textsOf(report, "settings", "note").join("\n");
    expect(notes).toContain("BETTER_AUTH_SECRET is also set in this shell, with another value.");
    expect(notes).toContain(`USHER_KEYS is also set in this shell, and not in ${file}.`);
    expect(notes).not.toContain("API_URL is also set");
    expectHidden(withFile.output, [other, person.secret]);

    const { USHER_KEYS: _, ...secretOnly } = shell;
    const withoutFile = await usher(["status", "--json"], { environment: secretOnly });
    const { secrets } = JSON.parse(withoutFile.output).sections.secrets;
    expect(secrets[0].fingerprint).toBe(secretFingerprint(other));
  });

  test("several replicas with the same secret are named once", async () => {
    const person = await signIn();
    const folder = await temporaryFolder();
    mkdirSync(join(folder, "running"));
    for (const [index, name] of ["api", "api", "api", "web"].entries()) {
      const record = {
        name,
        pid: process.pid,
        issuer: person.issuer,
        startedAt: new Date().toISOString(),
        secretFingerprint: secretFingerprint(person.secret),
      };
      writeFileSync(join(folder, "running", `${index}.json`), JSON.stringify(record));
    }
    const { report } = await readStatus({ ...settingsFor(person), DATA_DIR: folder });
    expect(textsOf(report, "secrets", "ok")).toEqual([
      "api (3) and web use the same secret as these settings",
    ]);
  });

  test("a process that was started with another secret is wrong", async () => {
    const person = await signIn();
    const folder = await temporaryFolder();
    mkdirSync(join(folder, "running"));
    const record = {
      name: "api",
      pid: process.pid,
      issuer: person.issuer,
      startedAt: new Date().toISOString(),
      secretFingerprint: secretFingerprint(newSecret()),
    };
    writeFileSync(join(folder, "running", `api-${process.pid}.json`), JSON.stringify(record));
    const { report, json } = await readStatus({ ...settingsFor(person), DATA_DIR: folder });
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "secrets", "wrong").join()).toContain("another secret than these settings");
  });
});

test.each([
  ["API_URL", "urn:tasks-api", "urn:tasks-api"],
  [
    "API_URL",
    "https://user:a-hidden-password@api.example.com/v1?key=a-hidden-key",
    "https://api.example.com/v1",
  ],
  ["API_URL", "aHiddenSecretInTheWrongVariable", "set"],
  ["USHER_JWKS_URL", "aHiddenSecretInTheWrongVariable", "(not a URL with a host)"],
  ["USHER_KEYS", "secret,jwks", "secret,jwks"],
  ["USHER_KEYS", "a-hidden-password-550e8400", "set"],
  ["USHER_WHEN_STALE", "a-hidden-secret_aHiddenSecretInTheWrongVariable", "set"],
  ["TRUSTED_PROXIES", "10.0.0.0/8, [::1]", "10.0.0.0/8, [::1]"],
  [
    "DATABASE_URL",
    "postgres://user:a-hidden-password@127.0.0.1:1/db?sslkey=a-hidden-key",
    "postgres://127.0.0.1:1/db",
  ],
  ["DATABASE_URL", "postgres://user:42/a-hidden-password@127.0.0.1:1/db", "postgres://user:42/…"],
  ["USHER_ROWS_KEY", "a-hidden-password-of-32-bytes-or-more", "set"],
])("%s=%s is shown as %s", async (name, value, shown) => {
  const settings = settingsFor({ issuer: await closedUrl(), secret: newSecret() });
  const { report, json, text } = await readStatus({ ...settings, [name]: value });
  expect(report.sections.settings?.variables).toMatchObject({ [name]: shown });
  for (const { output } of [json, text]) {
    expect(output).not.toContain("aHiddenSecret");
    expectHidden(output, [settings.BETTER_AUTH_SECRET ?? "", "a-hidden-password", "a-hidden-key"]);
  }
});

describe("deliveries in Better Auth's SQLite file", () => {
  /** A real Better Auth whose sign-outs go to a backend that is down. */
  async function issuerWithBackend(endpoint: string) {
    const folder = await temporaryFolder();
    const database = new DatabaseSync(join(folder, "auth.sqlite"));
    database.exec("pragma journal_mode = wal; pragma synchronous = off");
    onTestFinished(() => database.close());
    const plugin = usherJwt({ audience, backchannelLogout: [endpoint] });
    onTestFinished(() => plugin.stop());
    const person = await signIn({ database, options: () => ({ plugins: [plugin] }) });
    const settings = { ...settingsFor(person), DATA_DIR: folder };
    const signOut = () =>
      fetch(`${person.issuer}/api/auth/sign-out`, {
        method: "POST",
        headers: { cookie: person.cookies, origin: person.issuer, "content-type": "application/json" },
        body: "{}",
      });
    return { database, settings, signOut };
  }

  test("none, one that waits, and one that waits for too long", async () => {
    const endpoint = `${await closedUrl()}/backchannel-logout`;
    const { database, settings, signOut } = await issuerWithBackend(endpoint);
    expect(textsOf((await readStatus(settings)).report, "deliveries", "ok")).toEqual([
      "every backend has acknowledged",
    ]);

    expect((await signOut()).status).toBe(200);
    await vi.waitFor(async () => {
      const { report, json } = await readStatus(settings);
      expect(report.sections.deliveries).toMatchObject({ deliveries: [{ endpoint, waiting: 1 }] });
      expect(json.exitCode).toBe(0);
      expect(textsOf(report, "deliveries", "note").join()).toContain("ECONNREFUSED");
    }, 20_000);

    const old = new Date(Date.now() - 300_000).toISOString();
    database.prepare("update usherLogout set happenedAt = ?").run(old);
    const { report, json } = await readStatus(settings);
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "deliveries", "wrong")[0]).toMatch(
      /^http:\/\/localhost:\d+\/backchannel-logout: 1 waiting, the oldest for 5 minutes/,
    );
    // Tokens that it would have ended have expired: Better Auth removes it, and it does not count.
    database.prepare("update usherLogout set keepUntil = ?").run(old);
    expect((await readStatus(settings)).json.exitCode).toBe(0);
  });

  test("are read while another process writes, and nothing is changed", async () => {
    const { database, settings } = await issuerWithBackend(`${await closedUrl()}/x`);
    const before = database.prepare("pragma data_version").get();
    database.exec("begin immediate");
    const { json } = await readStatus(settings);
    database.exec("rollback");
    expect(json.exitCode).toBe(0);
    expect(database.prepare("pragma data_version").get()).toEqual(before);
  });

  test("a file that no process has open gets no other beside it", async () => {
    const folder = await temporaryFolder();
    const database = new DatabaseSync(join(folder, "auth.sqlite"));
    database.exec(
      "pragma journal_mode = wal; create table usherLogout (endpoint, happenedAt, keepUntil, attempts)",
    );
    database.close();
    const { report } = await readStatus({ ...settingsFor(await signIn()), DATA_DIR: folder });
    expect(textsOf(report, "deliveries", "ok")).toEqual(["every backend has acknowledged"]);
    expect(readdirSync(folder)).toEqual(["auth.sqlite"]);
  });

  test.each([
    ["milliseconds", 1],
    ["seconds", 1000],
  ])("with dates as numbers, in %s", async (_unit, size) => {
    const folder = await temporaryFolder();
    const database = new DatabaseSync(join(folder, "auth.sqlite"));
    onTestFinished(() => database.close());
    database.exec("create table usher_logout (endpoint, happened_at, keep_until, attempts)");
    const insert = database.prepare("insert into usher_logout values ('https://b.example/x', ?, ?, 3)");
    const now = Date.now();
    insert.run(Math.round((now - 300_000) / size), Math.round((now + 60_000) / size));
    insert.run(Math.round((now - 900_000) / size), Math.round((now - 60_000) / size));
    const { report, json } = await readStatus({ ...settingsFor(await signIn()), DATA_DIR: folder });
    expect(json.exitCode).toBe(1);
    expect(textsOf(report, "deliveries", "wrong")[0]).toContain("1 waiting, the oldest for 5 minutes");
  });

  test("a path of an endpoint that means something to a shell is not in a line to paste", async () => {
    const { database, settings } = await issuerWithBackend(`${await closedUrl()}/x`);
    const at = new Date(Date.now() - 300_000).toISOString();
    const until = new Date(Date.now() + 60_000).toISOString();
    database
      .prepare(
        "insert into usherLogout (id, endpoint, subject, happenedAt, keepUntil, dueAt, attempts) values ('1', ?, 's', ?, ?, ?, 3)",
      )
      .run("https://b.example/x;reboot", at, until, at);
    const { report } = await readStatus(settings);
    const fixes = report.sections.deliveries?.lines.flatMap(({ fix }) => fix).join();
    expect(fixes).toContain("curl -i -X POST … #");
  });

  test("no credentials of an endpoint are shown", async () => {
    const { database, settings } = await issuerWithBackend(`${await closedUrl()}/x`);
    const now = Date.now();
    const iso = (milliseconds: number) => new Date(milliseconds).toISOString();
    database
      .prepare(
        "insert into usherLogout (id, endpoint, subject, happenedAt, keepUntil, dueAt, attempts) values ('1', ?, 's', ?, ?, ?, 3)",
      )
      .run(
        "https://user:a-hidden-password@b.example/x?key=another-hidden-one#\u001b[2J",
        iso(now),
        iso(now + 60_000),
        iso(now),
      );
    const { json, text } = await readStatus(settings);
    for (const { output } of [json, text]) {
      expect(output).toContain("https://b.example/x");
      expectHidden(output, ["a-hidden-password", "another-hidden-one"]);
      expect(output).not.toContain("\u001b");
    }
  });
});

/** A port that accepts connections and never answers. */
async function silentPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}
