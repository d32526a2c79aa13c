import { expect, onTestFinished, test } from "vitest";
import { buildPage } from "../../scripts/launch/page.ts";
import { type RunningService, startService } from "../../scripts/launch/service.ts";
import { temporaryFolder } from "./support/files/temporary-folder.ts";
import { freePort } from "./support/network/free-port.ts";
import { startPostgres } from "./support/postgres/start-postgres.ts";
import { fetchToken, signUp } from "./support/session.ts";

/**
 * The steps of "Move from the secret to a key pair" in docs/guide/keys.md, while clients send requests. Each
 * deployment of the API starts a second process before the first one stops. The web app is restarted.
 */
test("rejects no valid token while the keys move from the secret to a key pair", async ({ signal }) => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  await buildPage(signal, () => {});
  const webPort = String(await freePort());
  const webUrl = `http://localhost:${webPort}`;
  const shared = {
    ...process.env,
    BETTER_AUTH_SECRET: "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t",
    BETTER_AUTH_URL: webUrl,
    API_URL: "https://api.example.com",
    DATABASE_URL: await postgres.createDatabase(),
    DATA_DIR: temporaryFolder(),
    LOG_LEVEL: "info",
    WEB_PORT: webPort,
    USHER_JWKS_URL: `${webUrl}/api/auth/jwks`,
  };

  const deployWeb = (keys: string) => start("web", { ...shared, USHER_KEYS: keys });
  const deployApi = async (keys: string): Promise<{ url: string; process: RunningService }> => {
    const port = String(await freePort());
    return {
      url: `http://localhost:${port}`,
      process: await start("api", { ...shared, USHER_KEYS: keys, API_PORT: port }),
    };
  };

  const web = await deployWeb("secret");
  let api = await deployApi("secret");
  const ada = await signUp(webUrl);
  expect(algorithmOf(ada.token)).toBe("HS256");

  const clients = keepCalling(() => `${api.url}/api/${ada.userId}/tasks`, ada.token);
  /** Starts the new API before it stops the old one, which finishes its open requests. */
  const replaceApi = async (keys: string) => {
    const old = api;
    api = await deployApi(keys);
    await clients.calls(50);
    expect(await old.process.stop()).toBe(true);
  };

  await clients.calls(50);
  await replaceApi("secret,jwks");
  await web.stop();
  await deployWeb("jwks");
  const renewed = await fetchToken(webUrl, ada.cookie);
  expect(algorithmOf(renewed)).toBe("EdDSA");
  // The old token stays valid until it expires.
  await clients.calls(50);
  clients.use(renewed);
  await clients.calls(50);
  await replaceApi("jwks");
  await clients.calls(50);

  const answers = await clients.stop();
  expect(answers).toEqual({ "HS256 200": expect.any(Number), "EdDSA 200": expect.any(Number) });
  const rejected = await fetch(`${api.url}/api/${ada.userId}/tasks`, { headers: bearer(ada.token) });
  expect([rejected.status, (await rejected.json()).code]).toEqual([401, "algorithm_rejected"]);
});

async function start(name: "web" | "api", environment: NodeJS.ProcessEnv): Promise<RunningService> {
  const entry = name === "web" ? "apps/web/src/server/main.ts" : "apps/api/src/main.ts";
  const silence = { line: () => {}, errorLine: () => {} };
  const service = startService({ name, entry, environment, watch: [] }, silence);
  onTestFinished(async () => void (await service.stop()));
  await service.ready;
  return service;
}

/** Four clients that send requests without a pause. Counts the responses by token algorithm and status. */
function keepCalling(url: () => string, firstToken: string) {
  const answers: Record<string, number> = {};
  let token = firstToken;
  let calls = 0;
  let isStopping = false;
  const client = async () => {
    while (!isStopping) {
      const sent = token;
      const { status } = await fetch(url(), { headers: bearer(sent) });
      const answer = `${algorithmOf(sent)} ${status}`;
      answers[answer] = (answers[answer] ?? 0) + 1;
      calls++;
    }
  };
  const clients = Promise.all([client(), client(), client(), client()]);
  return {
    use: (next: string) => {
      token = next;
    },
    /** Waits for this many more requests. Rejects if a request fails without a response. */
    calls: (more: number) => {
      const goal = calls + more;
      return Promise.race([
        expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThanOrEqual(goal),
        clients,
      ]);
    },
    stop: async () => {
      isStopping = true;
      await clients;
      return answers;
    },
  };
}

function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function algorithmOf(token: string): string {
  return JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).alg;
}
