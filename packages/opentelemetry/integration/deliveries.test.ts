import { metrics } from "@opentelemetry/api";
import { IssuerError } from "@usher-auth/issuer";
import { expect, onTestFinished, test, vi } from "vitest";
import { instrumentIssuer } from "../src/issuer/index.ts";
import { type Backend, startBackend, startIssuer } from "../test/support/issuer.ts";
import { type Prometheus, startPrometheus } from "../test/support/prometheus.ts";

const within = { timeout: 15_000, interval: 50 };

const acknowledged = 'usher_deliveries_total{usher_outcome="acknowledged"}';
const failed = 'usher_deliveries_total{usher_outcome="failed"}';
const givenUp = 'usher_deliveries_total{usher_outcome="given_up"}';

/** The samples of a backend of which nothing is known but its endpoint. */
const quiet = {
  [acknowledged]: 0,
  [failed]: 0,
  [givenUp]: 0,
  "usher_deliveries_waiting{}": 0,
  "usher_deliveries_oldest_age{}": 0,
};

/** The samples of a backend, by metric and outcome. */
async function samplesOf({ samples }: Prometheus, { host }: Backend): Promise<Record<string, number>> {
  const label = `server_address="${host}"`;
  const own = Object.entries(await samples("usher_deliveries")).filter(([name]) => name.includes(label));
  return Object.fromEntries(
    own.map(([name, value]) => [name.replace(`${label},`, "").replace(label, ""), value]),
  );
}

test("counts each attempt and shows what waits, with no id and no path", async () => {
  const [backend, other] = [await startBackend(), await startBackend()];
  const prometheus = await startPrometheus();
  const { auth, signOut } = await startIssuer([backend.endpoint, other.endpoint]);
  onTestFinished(instrumentIssuer(auth, { meterProvider: prometheus.provider }));
  expect(await samplesOf(prometheus, backend)).toEqual(quiet);

  backend.status = 503;
  const ids = [...(await signOut("ada@example.com")), ...(await signOut("grace@example.com"))];
  const during = await vi.waitUntil(async () => {
    const found = await samplesOf(prometheus, backend);
    return Number(found[failed]) >= 2 && found;
  }, within);
  expect(during["usher_deliveries_waiting{}"]).toBe(2);
  expect(during["usher_deliveries_oldest_age{}"]).toBeGreaterThan(0);
  expect(during["usher_deliveries_oldest_age{}"]).toBeLessThan(15);
  expect(during).toMatchObject({ [acknowledged]: 0, [givenUp]: 0 });
  expect(await samplesOf(prometheus, other)).toEqual({ ...quiet, [acknowledged]: 2 });

  backend.status = 200;
  const after = await vi.waitUntil(async () => {
    const found = await samplesOf(prometheus, backend);
    return found[acknowledged] === 2 && found;
  }, within);
  expect(after).toMatchObject({ "usher_deliveries_waiting{}": 0, "usher_deliveries_oldest_age{}": 0 });
  const text = await prometheus.text();
  for (const hidden of [...ids, "backchannel-logout"]) expect(text).not.toContain(hidden);
});

test("a logout that is given up is counted, and a removed backend is 0 after that", async () => {
  const [backend, removed] = [await startBackend(), await startBackend()];
  const prometheus = await startPrometheus();
  const { auth, adapter, database } = await startIssuer([backend.endpoint]);
  onTestFinished(instrumentIssuer(auth, { meterProvider: prometheus.provider }));
  const now = Date.now();
  const row = { subject: "ada", session: null, happenedAt: new Date(now - 60_000), attempts: 3 };
  await adapter.create({
    model: "usherLogout",
    data: {
      ...row,
      endpoint: removed.endpoint,
      keepUntil: new Date(now + 60_000),
      dueAt: new Date(now),
    },
  });
  const during = await samplesOf(prometheus, removed);
  expect(during).toMatchObject({ "usher_deliveries_waiting{}": 1 });
  expect(during["usher_deliveries_oldest_age{}"]).toBeGreaterThanOrEqual(60);
  await adapter.updateMany({
    model: "usherLogout",
    where: [{ field: "endpoint", value: removed.endpoint }],
    update: { keepUntil: new Date(now - 1) },
  });
  // A worker looks for expired ones within a second of its start, and then every minute.
  await startIssuer([backend.endpoint], database);
  const after = await vi.waitUntil(async () => {
    const found = await samplesOf(prometheus, removed);
    return found[givenUp] === 1 && found;
  }, within);
  expect(after).toMatchObject({ "usher_deliveries_waiting{}": 0, "usher_deliveries_oldest_age{}": 0 });
});

test("a removed backend whose logouts are done while nothing is recorded is 0 when recording begins again", async () => {
  const [backend, removed] = [await startBackend(), await startBackend()];
  const prometheus = await startPrometheus();
  const { auth, adapter } = await startIssuer([backend.endpoint]);
  const now = Date.now();
  const dates = { happenedAt: new Date(now), keepUntil: new Date(now + 60_000), dueAt: new Date(now) };
  const where = [{ field: "endpoint", value: removed.endpoint }];
  await adapter.create({
    model: "usherLogout",
    data: { subject: "ada", session: null, attempts: 3, endpoint: removed.endpoint, ...dates },
  });
  const stop = instrumentIssuer(auth, { meterProvider: prometheus.provider });
  expect(await samplesOf(prometheus, removed)).toMatchObject({ "usher_deliveries_waiting{}": 1 });
  stop();
  await adapter.deleteMany({ model: "usherLogout", where });
  onTestFinished(instrumentIssuer(auth, { meterProvider: prometheus.provider }));
  expect(await samplesOf(prometheus, removed)).toEqual(quiet);
});

test("while the database fails, the gauges are NaN, one warning says why, and a scrape succeeds", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  onTestFinished(() => warn.mockRestore());
  const backend = await startBackend();
  const prometheus = await startPrometheus();
  const { auth, adapter } = await startIssuer([backend.endpoint]);
  onTestFinished(instrumentIssuer(auth, { meterProvider: prometheus.provider }));
  expect(await samplesOf(prometheus, backend)).toMatchObject({ "usher_deliveries_waiting{}": 0 });
  const { count } = adapter;
  adapter.count = () => Promise.reject(Object.assign(new Error("select secret\n"), { code: "57P01" }));
  for (let scrape = 0; scrape < 3; scrape += 1)
    expect(await samplesOf(prometheus, backend)).toEqual({
      ...quiet,
      "usher_deliveries_waiting{}": Number.NaN,
      "usher_deliveries_oldest_age{}": Number.NaN,
    });
  const warnings = warn.mock.calls.filter(([, options]) => JSON.stringify(options).includes("USHER_METRICS"));
  expect(warnings).toHaveLength(1);
  expect(String(warnings[0]?.[0])).toContain("(57P01)");
  expect(String(warnings[0]?.[0])).not.toContain("secret");
  adapter.count = count;
  expect(await samplesOf(prometheus, backend)).toMatchObject({ "usher_deliveries_waiting{}": 0 });
});

test("a database that hangs delays a scrape by five seconds at most, and is asked once by several", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  onTestFinished(() => warn.mockRestore());
  const backend = await startBackend();
  const [one, two] = [await startPrometheus(), await startPrometheus()];
  const { auth, adapter } = await startIssuer([backend.endpoint]);
  for (const { provider } of [one, one, two])
    onTestFinished(instrumentIssuer(auth, { meterProvider: provider }));
  await samplesOf(one, backend);
  const hang = vi.fn(() => new Promise<never>(() => {}));
  adapter.count = hang;
  const since = performance.now();
  const scrapes = await Promise.all([samplesOf(one, backend), samplesOf(one, backend)]);
  expect(performance.now() - since).toBeLessThan(9000);
  for (const scrape of scrapes) expect(scrape).toMatchObject({ "usher_deliveries_waiting{}": Number.NaN });
  expect(hang).toHaveBeenCalledTimes(1);
});

test("called several times, it counts once; it counts until the last one ends it", async () => {
  const backend = await startBackend();
  const prometheus = await startPrometheus();
  const { auth, signOut } = await startIssuer([backend.endpoint]);
  const stops = [1, 2].map(() => instrumentIssuer(auth, { meterProvider: prometheus.provider }));
  const count = async () => (await samplesOf(prometheus, backend))[acknowledged];
  await signOut("ada@example.com");
  await vi.waitUntil(async () => Number(await count()) > 0, within);
  expect(await count()).toBe(1);
  expect(await samplesOf(prometheus, backend)).toMatchObject({ "usher_deliveries_waiting{}": 0 });
  stops[0]?.();
  stops[0]?.();
  await signOut("grace@example.com");
  await vi.waitUntil(async () => (await count()) === 2, within);
  stops[1]?.();
  await signOut("eve@example.com");
  await vi.waitFor(async () => expect(await adapterCount(auth)).toBe(0), within);
  expect(await count()).toBe(2);
});

async function adapterCount(auth: Awaited<ReturnType<typeof startIssuer>>["auth"]): Promise<number> {
  const { adapter } = await auth.$context;
  return await adapter.count({ model: "usherLogout" });
}

test("finds the global provider, without an SDK records nothing", async () => {
  const backend = await startBackend();
  const { auth, signOut } = await startIssuer([backend.endpoint]);
  onTestFinished(instrumentIssuer(auth));
  const prometheus = await startPrometheus();
  metrics.setGlobalMeterProvider(prometheus.provider);
  onTestFinished(() => metrics.disable());
  await signOut("ada@example.com");
  await vi.waitFor(
    async () => expect(await samplesOf(prometheus, backend)).toEqual({ ...quiet, [acknowledged]: 1 }),
    within,
  );
});

test("an invalid argument is an error", () => {
  expect(() => instrumentIssuer(undefined as never)).toThrow(IssuerError);
  const meterProvider = {} as never;
  expect(() => instrumentIssuer({ $context: Promise.resolve() }, { meterProvider })).toThrow("meterProvider");
});
