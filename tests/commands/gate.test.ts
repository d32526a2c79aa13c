import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../e2e/support/network/free-port.ts";
import { blocksAt } from "./support/blocks.ts";
import { openProjects, type Projects } from "./support/new-project.ts";
import { runBlock } from "./support/run-block.ts";
import { type Running, start } from "./support/shell.ts";

// Blocks that a reader runs beside their backend, for the gate. A document's gate runs until the next
// document.

const document = {
  openapi: "3.1.0",
  info: { title: "Tasks", version: "1" },
  paths: {
    "/api/{user_id}/tasks": {
      parameters: [{ name: "user_id", in: "path", required: true, schema: { type: "string" } }],
      get: { responses: { 200: { description: "The user's tasks" } } },
      post: {
        requestBody: {
          content: {
            "application/json": { schema: { type: "object", properties: { title: { type: "string" } } } },
          },
        },
        responses: { 201: { description: "The new task" } },
      },
    },
  },
};

/** Trusts the path, because the gate has checked it. */
const tasks = new Map<string, unknown[]>();
const backend = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  const answer = (status: number, body: unknown) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  if (request.url === "/openapi.json") return answer(200, document);
  const [, owner] = /^\/api\/([^/]+)\/tasks$/.exec(request.url ?? "") ?? [];
  if (owner === undefined) return answer(404, {});
  const own = tasks.get(owner) ?? [];
  if (request.method === "GET") return answer(200, { owner, tasks: own });
  const chunks = await request.toArray();
  const task = { owner, ...JSON.parse(Buffer.concat(chunks).toString() || "{}") };
  tasks.set(owner, [...own, task]);
  answer(201, task);
});

let projects: Projects;
let ports: { backend: number; gate: number };
let file = "";
let left: readonly Running[] = [];

beforeAll(async () => {
  projects = await openProjects();
  backend.listen(0, "127.0.0.1");
  await once(backend, "listening");
  ports = { backend: (backend.address() as AddressInfo).port, gate: await freePort() };
}, 300_000);
afterAll(async () => {
  for (const running of left) await running.stop();
  backend.closeAllConnections();
  backend.close();
  await projects?.close();
});

/** Free ports instead of those of the documents. */
function change(text: string): string {
  return text
    .replaceAll("usher-auth gate ", `usher-auth gate --port ${ports.gate} `)
    .replaceAll(" --port 8080", "")
    .replaceAll("localhost:8080", `localhost:${ports.gate}`)
    .replaceAll("127.0.0.1:8000", `127.0.0.1:${ports.backend}`);
}

test.each(blocksAt("gate"))("%s", { timeout: 300_000 }, async (_title, block) => {
  const shell = projects.shellIn("gate");
  if (file === "") {
    const { code, output } = await start("npm install usher-auth", shell).ended;
    expect(code, output).toBe(0);
  }
  if (block.file !== file) {
    for (const running of left) await running.stop();
    left = [];
  }
  file = block.file;
  left = [...left, ...(await runBlock(block, shell, change))];
});
