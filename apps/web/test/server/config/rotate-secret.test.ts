import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { AuthError, createVerifier, type Verifier, verifierFromEnv } from "@usher-auth/verify";
import { createGuard } from "@usher-auth/verify/guard";
import { keyStatus, keyUsage, parseSecretVersions, reloadedSecret } from "@usher-auth/verify/keys";
import { expect, onTestFinished, test } from "vitest";
import { readConfig } from "../../../src/server/config/config.ts";
import { type RunningWeb, startWeb } from "../../../src/server/start-web.ts";
import { Browser } from "../browser.ts";
import { apiUrl, environment, temporaryFolder } from "../web.ts";

/**
 * The steps of docs/guide/rotation.md with the real issuer, restarted for each step. Clients keep calling.
 */
const secretOf = (version: number) => `${version}:version-${version}-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t`;
const steps = (old: number, next: number) => [
  `${secretOf(old)},${secretOf(next)}`,
  `${secretOf(next)},${secretOf(old)}`,
  secretOf(next),
];
const issuer = "http://app.example.test:3000";

/** An API over HTTP whose verifier can be replaced, as by a deployment. */
async function startApi(first: Verifier) {
  const hints: (string | undefined)[] = [];
  const guardOf = (verifier: Verifier) =>
    createGuard({ verifier, ownerParam: null, onReject: ({ error }) => void hints.push(error.hint) });
  let guard = guardOf(first);
  const server = createServer(async (request, response) => {
    const { authorization } = request.headers;
    try {
      await guard.admit({ authorization, tokenInQuery: false, params: {}, ownerParams: [], source: null });
      response.end("tasks");
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      const { status, headers, body } = guard.refuse(error, null);
      response.writeHead(status, headers).end(body);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const deploy = (verifier: Verifier) => {
    guard = guardOf(verifier);
  };
  return { url, hints, deploy };
}

/** The issuer. Its users survive a deployment. */
function createIssuer() {
  const env = environment({ BETTER_AUTH_SECRET: undefined, BETTER_AUTH_URL: issuer });
  let web: RunningWeb | undefined;
  onTestFinished(async () => void (await web?.close()));
  return {
    deploy: async (secrets: string) => {
      await web?.close();
      web = await startWeb(readConfig({ ...env, BETTER_AUTH_SECRETS: secrets }));
    },
    /** A token of a new session. */
    token: async (email: string, isNew = false) => {
      const browser = new Browser(web?.url ?? "");
      const origin = { origin: issuer };
      const credentials = { email, password: "correct horse battery", ...(isNew && { name: "Ada" }) };
      const path = `/api/auth/${isNew ? "sign-up" : "sign-in"}/email`;
      const response = await browser.request("POST", path, credentials, origin);
      expect(response.status).toBe(200);
      return browser.token();
    },
  };
}

/** Four clients that call again after every answer, with each of the tokens in turn. */
function keepCalling(url: string, first: readonly string[]) {
  const answers: Record<number, number> = {};
  let tokens = first;
  let calls = 0;
  let isStopping = false;
  const client = async () => {
    while (!isStopping) {
      const response = await fetch(url, {
        headers: { authorization: `Bearer ${tokens[calls % tokens.length]}` },
      });
      await response.text();
      answers[response.status] = (answers[response.status] ?? 0) + 1;
      calls++;
    }
  };
  const clients = Promise.all([client(), client(), client(), client()]);
  return {
    /** Uses only these tokens from now on. Waits until the requests in progress are answered. */
    use: async (...next: readonly string[]) => {
      tokens = next;
      await expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThan(calls + 30);
    },
    stop: async () => {
      isStopping = true;
      await clients;
      return answers;
    },
  };
}

test.each(["API first", "issuer first"])(
  "rotating the secret in the guide's three steps rejects no valid token (%s)",
  async (order) => {
    const deployed = createIssuer();
    await deployed.deploy(secretOf(1));
    const verifierOf = (secrets: string) =>
      verifierFromEnv({ BETTER_AUTH_SECRETS: secrets, BETTER_AUTH_URL: issuer, API_URL: apiUrl });
    const api = await startApi(verifierOf(secretOf(1)));
    const old = await deployed.token("ada@example.com", true);
    const clients = keepCalling(api.url, [old]);
    await clients.use(old);

    const deploy = async (secrets: string, tokens: readonly string[]) => {
      const deployments = [() => api.deploy(verifierOf(secrets)), () => deployed.deploy(secrets)];
      for (const next of order === "API first" ? deployments : deployments.reverse()) {
        await next();
        await clients.use(...tokens, await deployed.token("ada@example.com"));
      }
    };
    const [listed = "", signing = "", alone = ""] = steps(1, 2);
    await deploy(listed, [old]);
    await deploy(signing, [old]);
    const renewed = await deployed.token("ada@example.com");
    // The last token of the old secret has expired.
    await clients.use(renewed);
    await deploy(alone, [renewed]);

    expect(await clients.stop()).toEqual({ 200: expect.any(Number) });
    expect(api.hints).toEqual([]);
    const refused = await fetch(api.url, { headers: { authorization: `Bearer ${old}` } });
    expect([refused.status, (await refused.json()).code]).toEqual([401, "signature_invalid"]);
  },
);

test("reading the secret from a file rotates without a restart and rejects no valid token", async () => {
  const deployed = createIssuer();
  await deployed.deploy(secretOf(1));
  const file = join(temporaryFolder(), "secrets");
  writeFileSync(file, `${secretOf(1)}\n`);
  let now = Date.now();
  const load = async () => parseSecretVersions(await readFile(file, "utf8"));
  const verifier = createVerifier({
    keys: reloadedSecret(load, { refreshEvery: 10, clock: () => now }),
    issuer,
    audience: apiUrl,
  });
  await verifier.ready();
  const api = await startApi(verifier);
  const old = await deployed.token("ada@example.com", true);
  const clients = keepCalling(api.url, [old]);
  const reload = async (secrets: string) => {
    writeFileSync(file, `${secrets}\n`);
    now += 10_000;
    await expect.poll(() => keyStatus(verifier)).toEqual({ state: "fresh", age: 0 });
  };
  const [listed = "", signing = "", alone = ""] = steps(1, 2);
  await reload(listed);
  await deployed.deploy(signing);
  const renewed = await deployed.token("ada@example.com");
  await clients.use(old, renewed);
  await clients.use(renewed);
  await reload(alone);
  await clients.use(renewed);
  expect(await clients.stop()).toEqual({ 200: expect.any(Number) });
  expect(keyUsage(verifier)).toEqual([expect.objectContaining({ version: 2, verified: 1 })]);
  await expect(verifier.verify(old)).rejects.toMatchObject({ code: "signature_invalid" });
});

test("a token signed before the API lists its version is rejected with a hint", async () => {
  const deployed = createIssuer();
  await deployed.deploy(secretOf(1));
  const env = { BETTER_AUTH_SECRETS: secretOf(1), BETTER_AUTH_URL: issuer, API_URL: apiUrl };
  const api = await startApi(verifierFromEnv(env));
  const old = await deployed.token("ada@example.com", true);
  await deployed.deploy(steps(1, 2)[1] ?? "");
  const tooEarly = await deployed.token("ada@example.com");
  const statusOf = async (token: string) =>
    (await fetch(api.url, { headers: { authorization: `Bearer ${token}` } })).status;
  expect([await statusOf(old), await statusOf(tooEarly)]).toEqual([200, 401]);
  expect(api.hints).toEqual([
    expect.stringMatching(/not listed here \(version 1, fingerprint [0-9a-f]{16}\)/),
  ]);
  expect(api.hints).toEqual([expect.stringContaining("list a version here before the issuer signs with it")]);
});

test("the second step ends sessions: Better Auth only reads cookies with the first secret", async () => {
  const env = environment({ BETTER_AUTH_SECRET: undefined });
  const start = (secrets: string, port = "0") =>
    startWeb(readConfig({ ...env, BETTER_AUTH_SECRETS: secrets, WEB_PORT: port }));
  const first = await start(secretOf(1));
  const browser = new Browser(first.url);
  await browser.signUp("ada@example.com");
  const statuses: number[] = [];
  let running = first;
  for (const secrets of steps(1, 2)) {
    await running.close();
    running = await start(secrets, new URL(first.url).port);
    statuses.push((await browser.request("GET", "/api/auth/token")).status);
  }
  await running.close();
  expect(statuses).toEqual([200, 401, 401]);
});
