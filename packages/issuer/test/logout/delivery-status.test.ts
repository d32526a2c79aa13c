import { DatabaseSync } from "node:sqlite";
import type { AuthContext } from "better-auth";
import { describe, expect, test, vi } from "vitest";
import { DeliveryStatusError, deliveryStatus, IssuerError } from "../../src/index.ts";
import { Browser, migratedInstanceWith } from "../instance.ts";
import { pgliteKind, sqlite } from "../organization/databases.ts";
import { openBackend } from "./backend.ts";
import { issuerFor } from "./issuer.ts";
import { quietIssuer, testStatus } from "./status.ts";

describe.for([sqlite, pgliteKind()])("$name", (kind) => testStatus(kind));

const endpoint = "https://api.example.com/backchannel-logout";

test("is empty without backchannelLogout, and an error without the plugin", async () => {
  expect(await deliveryStatus(await migratedInstanceWith())).toEqual([]);
  const bare = { $context: Promise.resolve({ options: { plugins: [] }, adapter: {} }) };
  await expect(deliveryStatus(bare)).rejects.toThrow(IssuerError);
});

test("a time ahead of this clock is an age of 0", async () => {
  const { auth, add } = await quietIssuer([endpoint]);
  await add(endpoint, {
    happenedAt: new Date(Date.now() + 3_600_000),
    keepUntil: new Date(Date.now() + 7_200_000),
  });
  expect(await deliveryStatus(auth)).toMatchObject([{ waiting: 1, oldestAge: 0 }]);
});

test.for<[what: string, fault: Partial<AuthContext["adapter"]>]>([
  [
    "count fails",
    { count: () => Promise.reject(Object.assign(new Error("select secret"), { code: "57P01" })) },
  ],
  [
    "query throws",
    {
      findMany: () => {
        throw Object.assign(new Error("select secret"), { code: "57P01" });
      },
    },
  ],
])("says so when a %s, without the driver's text", async ([, fault]) => {
  const { auth, adapter } = await quietIssuer([endpoint]);
  Object.assign(adapter, fault);
  const error: unknown = await deliveryStatus(auth).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DeliveryStatusError);
  expect(String(error)).toContain("cannot read the table usherLogout (57P01)");
  expect(String(error)).not.toContain("secret");
});

test.for<[what: string, auth: () => Promise<{ $context: PromiseLike<unknown> }>]>([
  [
    "query",
    async () => {
      const { auth, adapter } = await quietIssuer([endpoint]);
      adapter.count = () => new Promise(() => {});
      return auth;
    },
  ],
  ["start of Better Auth", async () => ({ $context: new Promise(() => {}) })],
])("says so after five seconds when a %s hangs", async ([, make]) => {
  const auth = await make();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const caught = deliveryStatus(auth).catch((thrown: unknown) => thrown);
    await vi.advanceTimersByTimeAsync(4999);
    await expect(Promise.race([caught, "waiting"])).resolves.toBe("waiting");
    await vi.advanceTimersByTimeAsync(1);
    expect(String(await caught)).toContain("(ETIMEDOUT)");
  } finally {
    vi.useRealTimers();
  }
});

test("an invalid count is an error", async () => {
  const { auth, adapter } = await quietIssuer([endpoint]);
  adapter.count = async () => Number.NaN;
  await expect(deliveryStatus(auth)).rejects.toThrow(DeliveryStatusError);
});

test("a table from before the last columns still gets logouts delivered; the status asks for migrations", async () => {
  const backend = await openBackend();
  backend.status = 503;
  const database = new DatabaseSync(":memory:");
  const { auth, pending } = await issuerFor([backend.endpoint], { database });
  const browser = new Browser(auth);
  await browser.signUp();
  // After the start: Better Auth checks the tables that it migrates, but not those of Drizzle and Prisma.
  for (const column of ["kind", "failure", "failedAt"])
    database.exec(`alter table "usherLogout" drop column "${column}"`);
  expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
  await vi.waitUntil(() => backend.arrived.length >= 3, { timeout: 10_000, interval: 20 });
  await expect(deliveryStatus(auth)).rejects.toThrow("run Better Auth's migrations");
  backend.status = 200;
  await vi.waitUntil(() => pending().length === 0, { timeout: 10_000, interval: 20 });
});
