import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres } from "@usher-auth/e2e/postgres";
import { expect, onTestFinished, test, vi } from "vitest";
import { prepareTables } from "../prepared-tables.ts";

const repository = fileURLToPath(new URL("../../../../../", import.meta.url));
const guide = readFileSync(join(repository, "docs/guide/rows.md"), "utf8");
const section = guide.split(/^## /m).find((text) => text.startsWith("Prisma")) ?? "";
const blockOf = (language: string) => section.split(`\`\`\`${language}\n`)[1]?.split("```")[0] ?? "";

test("the code of the guide runs as it is, and isolates rows", async () => {
  const server = await startPostgres();
  onTestFinished(() => server.stop());
  const { url, key } = await prepareTables(server);
  vi.stubEnv("DATABASE_URL", url);
  vi.stubEnv("USHER_ROWS_KEY", key);
  onTestFinished(() => void vi.unstubAllEnvs());

  // Inside the repository, so that imports resolve to its node_modules.
  mkdirSync(join(repository, "dist"), { recursive: true });
  const folder = mkdtempSync(join(repository, "dist/guide-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const client = fileURLToPath(new URL("generated/client.ts", import.meta.url));
  mkdirSync(join(folder, "generated/prisma"), { recursive: true });
  writeFileSync(join(folder, "generated/prisma/client.ts"), `export * from ${JSON.stringify(client)};\n`);
  writeFileSync(join(folder, "rows.ts"), blockOf("ts"));

  const { addNote } = await import(join(folder, "rows.ts"));
  const notes = await addNote({ id: "bob" }, "new");
  expect(notes.map(({ body }: { body: string }) => body)).toEqual(["secret of bob", "new"]);
});

test("the model of the guide is the one of the tests", () => {
  const schema = readFileSync(new URL("schema.prisma", import.meta.url), "utf8");
  const fields = blockOf("prisma").match(/^ {2}\w+ .*$/gm) ?? [];
  expect(fields).toHaveLength(3);
  const squeeze = (text: string) => text.replaceAll(/ +/g, " ");
  for (const field of fields) expect(squeeze(schema)).toContain(squeeze(field));
});
