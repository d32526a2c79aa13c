import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const read = (path: string) => readFile(new URL(path, import.meta.url), "utf8");

test("the generated client is of the schema, and of the installed version of Prisma", async () => {
  const generated = await read("generated/internal/class.ts");
  const [, schema] = /"inlineSchema": (".*"),/.exec(generated) ?? [];
  expect(JSON.parse(schema ?? "null")).toBe(await read("schema.prisma"));
  const [, version] = /"clientVersion": "(.*)",/.exec(generated) ?? [];
  const { devDependencies } = JSON.parse(await read("../../../package.json"));
  expect(version).toBe(devDependencies["@prisma/adapter-pg"]);
});
