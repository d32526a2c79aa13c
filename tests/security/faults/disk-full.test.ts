import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, expect, test, vi } from "vitest";
import { killLeftovers, startProcess } from "../../../apps/api/test/support/process.ts";
import { Ledger } from "./support/ledger.ts";
import { ballast, onSmallDisk, reasonAgainstSmallDisks } from "./support/small-disk.ts";

const folder = mkdtempSync(join(tmpdir(), "usher-full-"));
afterAll(() => {
  killLeftovers();
  rmSync(folder, { recursive: true, force: true });
});

test("a disk that fills up under load: 503 for writes, reads and rejections still work, and free space ends it", async ({
  skip,
}) => {
  const reason = reasonAgainstSmallDisks();
  if (reason !== undefined) skip(reason);
  const issuer = createTestIssuer();
  const env = {
    PATH: process.env.PATH ?? "",
    // A database of 40 MB, the reserved 64 MB, and some space.
    SIZE: "150m",
    DATA_DIR: folder,
    BETTER_AUTH_SECRET: issuer.secret,
    BETTER_AUTH_URL: issuer.issuer,
    API_URL: issuer.audience,
  };
  const api = await startProcess(env, onSmallDisk);
  const ledger = new Ledger(api.url, issuer, 4);
  const disk = ballast(api.pid, folder);
  const ready = async () => (await fetch(`${api.url}/health/ready`)).json();

  await ledger.during(async () => {
    await vi.waitFor(() => expect(ledger.acknowledged.size).toBeGreaterThan(20), 20_000);
    disk.fillUp();
    await vi.waitFor(
      async () => expect(await ready()).toMatchObject({ status: "ready", database: "full" }),
      20_000,
    );
    await vi.waitFor(
      () => expect(ledger.answers.get("503 service_unavailable")).toBeGreaterThan(100),
      20_000,
    );
  });
  const acknowledged = ledger.acknowledged.size;
  for (const user of ledger.users) {
    expect(await ledger.write(user)).toMatchObject({ status: 503, code: "service_unavailable" });
    expect((await ledger.read(user)).status).toBe(200);
  }
  expect((await fetch(`${api.url}/api/someone/tasks`)).status).toBe(401);
  expect(ledger.acknowledged.size).toBe(acknowledged);
  // The API checks once a second.
  await vi.waitFor(() => expect(api.output()).toContain("api is read-only: the disk is nearly full"), 20_000);

  disk.remove();
  await vi.waitFor(async () => expect((await ledger.write()).status).toBe(201), 20_000);
  expect(await ready()).toMatchObject({ status: "ready", database: "up" });
  expect([...ledger.answers.keys()].toSorted()).toEqual(["200", "201", "503 service_unavailable"]);
  expect(ledger.wrong).toEqual([]);
  expect(await ledger.lost()).toEqual([]);

  api.kill("SIGTERM");
  expect((await api.ended).code).toBe(0);
});
