import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bundleSuite } from "./bundle.ts";
import { allRuntimes, bun, type Runtime } from "./programs.ts";
import { runOn } from "./run.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-runtimes-"));
  await bundleSuite(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const node = allRuntimes().find(({ name }) => name === "Node 24") as Runtime;

// The others need a download: npm run test:runtimes.
it.each([node, bun()])("the core and the fetch adapter work on $name", async ({ program, ...runtime }) => {
  if (program === undefined) throw new Error(`${runtime.name} is not installed: npm ci without --omit=optional`);
  const outcome = await runOn({ ...runtime, program }, folder);
  expect(outcome.failures).toEqual([]);
  expect(outcome.passed).toBeGreaterThan(50);
});

it("a runtime that does not work is told of", async () => {
  const broken = await runOn({ name: "none", program: "/nowhere", run: [] }, folder);
  expect(broken).toMatchObject({ passed: 0, failures: [expect.stringContaining("ENOENT")] });
  const silent = await runOn({ name: "silent", program: process.execPath, run: ["--eval", "0"] }, folder);
  expect(silent).toMatchObject({ passed: 0, failures: [expect.stringContaining("no results")] });
});
