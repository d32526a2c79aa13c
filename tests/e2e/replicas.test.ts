import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { logoutToken } from "../../apps/api/test/support/logout-token.ts";
import { type ApiProcess, killLeftovers, startProcess } from "../../apps/api/test/support/process.ts";
import { startBalancer } from "../../scripts/replicas/balancer.ts";
import { startFaultProxy } from "./support/network/fault-proxy.ts";
import { type PostgresServer, startPostgres } from "./support/postgres/start-postgres.ts";

// API processes on one Postgres server. The test issuer signs the logout tokens. The web app's own tests
// prove that it sends them.

const issuer = createTestIssuer();
let server: PostgresServer;
let databaseUrl: string;
const replicas: ApiProcess[] = [];

beforeAll(async () => {
  server = await startPostgres();
  databaseUrl = await server.createDatabase("api");
  replicas.push(...(await Promise.all([startReplica(), startReplica(), startReplica()])));
});
afterEach(({ task }) => {
  if (task.result?.state === "fail")
    for (const replica of replicas) console.log(replica.output().slice(-2_000));
});
afterAll(async () => {
  killLeftovers();
  await server.stop();
});

function startReplica(settings: Record<string, string> = {}): Promise<ApiProcess> {
  return startProcess({
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
    DATABASE_URL: databaseUrl,
    ...settings,
  });
}

/** The status and the code of the response to a token of `user`. */
async function ask(
  url: string,
  user: string,
  token: string,
  path = `/api/${user}/tasks`,
): Promise<[number, string]> {
  const answer = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
  const { code = "" } = (await answer.json()) as { code?: string };
  return [answer.status, code];
}

async function logOut(url: string, ended: { sid?: string; sub: string }): Promise<void> {
  const body = new URLSearchParams({ logout_token: logoutToken(issuer, ended) });
  const answer = await fetch(`${url}/backchannel-logout`, { method: "POST", body });
  expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
}

const tokenOf = (user: string, sid: string) => issuer.tokenFor(user, { claims: { sid } });
const revoked = [401, "token_revoked"];

test.concurrent("revokes 200 sessions in every replica under load, each reported to one", async () => {
  const balancer = await startBalancer({
    host: "127.0.0.1",
    port: 0,
    targets: replicas.map(({ url }) => Number(new URL(url).port)),
  });
  const url = `http://127.0.0.1:${balancer.port}`;
  const bobs = tokenOf("bob", "bobs");
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    for (let count = 0; ; count++) {
      if (isOver) return count;
      expect(await ask(url, "bob", bobs)).toEqual([200, ""]);
    }
  });

  const delays: number[] = [];
  async function signOut(number: number): Promise<void> {
    const [user, sid] = [`user-${number}`, `session-${number}`];
    const [token, other] = [tokenOf(user, sid), tokenOf(user, `other-${number}`)];
    for (const replica of replicas) expect(await ask(replica.url, user, token)).toEqual([200, ""]);
    await logOut(url, { sub: user, sid });
    const since = performance.now();
    await Promise.all(
      replicas.map((replica) =>
        vi.waitFor(async () => expect(await ask(replica.url, user, token)).toEqual(revoked), {
          timeout: 10_000,
          interval: 5,
        }),
      ),
    );
    delays.push(performance.now() - since);
    expect(await ask(url, user, other)).toEqual([200, ""]);
  }
  const numbers = Array.from({ length: 200 }, (_, number) => number).values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const number of numbers) await signOut(number);
    }),
  );
  isOver = true;
  const requests = (await Promise.all(load)).reduce((sum, count) => sum + count, 0);
  await balancer.close();

  delays.sort((one, another) => one - another);
  const percentile = (share: number) =>
    `${Math.round(delays[Math.ceil(delays.length * share) - 1] ?? Number.NaN)} ms`;
  console.log(
    `from a logout's response until all replicas reject the token: median ${percentile(0.5)}, ` +
      `p99 ${percentile(0.99)}, maximum ${percentile(1)}; ${requests} other requests`,
  );
  expect(delays).toHaveLength(200);
});

test.concurrent("revokes all sessions of a user in every replica, none of another user's", async () => {
  const [first, second, bobs] = [tokenOf("eve", "e1"), tokenOf("eve", "e2"), tokenOf("bob", "bobs")];
  await logOut((replicas[0] as ApiProcess).url, { sub: "eve" });
  for (const { url } of replicas) {
    await vi.waitFor(async () => expect(await ask(url, "eve", first)).toEqual(revoked), 10_000);
    expect(await ask(url, "eve", second)).toEqual(revoked);
    expect(await ask(url, "bob", bobs)).toEqual([200, ""]);
  }
});

test.concurrent("a restarted replica rejects at once what was revoked while it was down", async () => {
  const token = tokenOf("carol", "c1");
  const killed = await startReplica();
  expect(await ask(killed.url, "carol", token)).toEqual([200, ""]);
  killed.kill("SIGKILL");
  await killed.ended;
  await logOut((replicas[0] as ApiProcess).url, { sub: "carol", sid: "c1" });
  // `accept` makes no difference: the revocations are loaded before it listens.
  const again = await startReplica({ USHER_WHEN_STALE: "accept" });
  expect(await ask(again.url, "carol", token)).toEqual(revoked);
});

test.concurrent("without Postgres, refuse answers 503, accept continues, and both recover", async () => {
  const proxy = await startFaultProxy(server.port);
  const url = new URL(databaseUrl);
  url.port = String(proxy.port);
  const settings = { DATABASE_URL: url.href };
  const [refusing, accepting] = await Promise.all([
    startReplica(settings),
    startReplica({ ...settings, USHER_WHEN_STALE: "accept" }),
  ]);
  const [token, known, unknown] = [tokenOf("dora", "d1"), tokenOf("dora", "d2"), tokenOf("dora", "d3")];
  const nowhere = "/nothing-that-needs-a-database";
  await logOut(refusing.url, { sub: "dora", sid: "d2" });
  for (const { url } of [refusing, accepting]) {
    await vi.waitFor(async () => expect(await ask(url, "dora", known)).toEqual(revoked), 10_000);
  }

  await proxy.set({ kind: "hold" });
  await logOut((replicas[0] as ApiProcess).url, { sub: "dora", sid: "d3" });
  await vi.waitFor(
    async () =>
      expect(await ask(refusing.url, "dora", token, nowhere)).toEqual([503, "revocations_unavailable"]),
    { timeout: 40_000, interval: 200 },
  );
  // Known revocations and invalid tokens are still rejected, without a database.
  expect(await ask(refusing.url, "dora", known, nowhere)).toEqual(revoked);
  expect(await ask(refusing.url, "dora", "x.y.z", nowhere)).toEqual([401, "token_malformed"]);
  const unavailable = { status: "unavailable", database: "down", revocations: "stale" };
  const isStale = async ({ url }: ApiProcess, whenStale: string) =>
    vi.waitFor(async () => expect(await readiness(url)).toMatchObject({ ...unavailable, whenStale }), 20_000);
  await Promise.all([isStale(refusing, "refuse"), isStale(accepting, "accept")]);
  expect(await ask(accepting.url, "dora", token, nowhere)).toEqual([404, "not_found"]);
  expect(await ask(accepting.url, "dora", known, nowhere)).toEqual(revoked);
  await vi.waitFor(() =>
    expect(refusing.output()).toContain("api revocations are stale: every token is answered with 503"),
  );
  await vi.waitFor(() =>
    expect(accepting.output()).toContain("api revocations are stale: tokens are accepted unless"),
  );

  async function isRecovered({ url, output }: ApiProcess): Promise<void> {
    const polling = { timeout: 40_000, interval: 200 };
    await vi.waitFor(async () => expect(await ask(url, "dora", token)).toEqual([200, ""]), polling);
    await vi.waitFor(
      async () => expect(await readiness(url)).toMatchObject({ revocations: "current" }),
      polling,
    );
    // Revocations of the meantime are known by then.
    expect(await ask(url, "dora", unknown)).toEqual(revoked);
    await vi.waitFor(() => expect(output().split("api revocations are current")).toHaveLength(3), polling);
  }
  await proxy.set({ kind: "none" });
  await Promise.all([isRecovered(refusing), isRecovered(accepting)]);
  await proxy.close();
});

async function readiness(url: string): Promise<unknown> {
  return (await fetch(`${url}/health/ready`)).json();
}
