import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { tokens } from "./support/test-users.ts";

const start = fileURLToPath(new URL("../../bin/usher-auth.js", import.meta.url));

test("after a signal the audit deletes what it created and prints the report", async () => {
  const deleted: string[] = [];
  let created = 0;
  const isCreated = Promise.withResolvers<void>();
  const url = await startServer(() => (request, response) => {
    request.resume();
    if (request.method === "DELETE") deleted.push(request.url ?? "");
    if (request.method === "POST") isCreated.resolve();
    response.writeHead(request.method === "POST" ? 201 : 200, { "content-type": "application/json" });
    response.end(request.method === "POST" ? `{"id":"n${created++}"}` : "[]");
  });
  const document = join(await temporaryFolder(), "openapi.json");
  const id = { name: "id", in: "path", required: true };
  const paths = {
    "/notes": { post: {}, get: {} },
    "/notes/{id}": { get: { parameters: [id] }, delete: { parameters: [id] } },
  };
  await writeFile(document, JSON.stringify({ openapi: "3.1.0", servers: [{ url }], paths }));
  const child = spawn(process.execPath, [start, "audit", document, "--writes", "--rate", "20", "--json"], {
    env: { ...process.env, ...tokens },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = text(child.stdout);
  await isCreated.promise;
  // The process in between forwards it.
  child.kill("SIGTERM");
  const [exitCode] = await once(child, "exit");
  const report = JSON.parse(await output);
  expect(report).toMatchObject({ halt: "interrupted", exitCode });
  expect(deleted.length).toBeGreaterThan(0);
  expect(report.notes.join()).not.toContain("not deleted");
});
