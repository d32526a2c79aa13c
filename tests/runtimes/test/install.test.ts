import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { root } from "../runtimes.ts";

it("a runtime that was just installed is found, as on a fresh clone", async () => {
  const clone = await mkdtemp(join(tmpdir(), "usher-clone-"));
  onTestFinished(() => rm(clone, { recursive: true }));
  await cp(join(root, "tests/runtimes/runtimes.ts"), join(clone, "tests/runtimes/runtimes.ts"));
  const { runtimes } = (await import(pathToFileURL(join(clone, "tests/runtimes/runtimes.ts")).href)) as {
    runtimes: typeof import("../runtimes.ts")["runtimes"];
  };
  expect(runtimes.node26.findBinary()).toEqual({ missing: expect.stringContaining("is not installed") });

  const folder = join(clone, `tests/runtimes/node_modules/node-26-${process.platform}-${process.arch}`);
  await mkdir(join(folder, "bin"), { recursive: true });
  await writeFile(join(folder, "package.json"), "{}");
  await writeFile(join(folder, "bin/node"), "");
  expect(runtimes.node26.findBinary()).toBe(join(folder, "bin/node"));
});
