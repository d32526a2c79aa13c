import { expect, test } from "vitest";
import { samples } from "./support/apps.ts";
import { createProject, init, initJson, readFiles, start } from "./support/project.ts";

test.each(Object.entries(samples))("guards %s", async (_name, { files, program, open, flags }) => {
  const folder = await createProject(files);
  const first = await initJson(folder, "--yes");
  expect(first.manual.filter(({ path }) => !path.startsWith("test/"))).toEqual([]);

  const { status } = await start(folder, program, flags);
  expect(await status("/api/alice/tasks")).toBe(401);
  expect(await status("/health")).toBe(401);
  expect(await status("/unknown")).toBe(401);
  expect(await status("/api/alice/tasks", "alice")).toBe(200);
  expect(await status("/health", "alice")).toBe(200);
  expect(await status("/api/bob/tasks", "alice")).toBe(403);
  if (open !== undefined) expect(await status(open)).toBe(200);

  // Everything else stays as it was, and a second run finds all of it.
  const guarded = await readFiles(folder);
  const again = await init(folder, "--yes");
  expect(again.output).not.toContain("✓");
  expect(await readFiles(folder)).toEqual(guarded);
});
