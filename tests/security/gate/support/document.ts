import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ok = { responses: { 200: { description: "OK" } } };
const open = { ...ok, security: [] };
const text = { type: "string" };
const body = { requestBody: { content: { "application/json": { schema: {} } } } };

function parameters(...names: readonly string[]): object {
  return { parameters: names.map((name) => ({ name, in: "path", required: true, schema: text })) };
}

/** The OpenAPI document of the recorded backend. */
const document = {
  openapi: "3.1.0",
  info: { title: "Recorded", version: "1" },
  components: { securitySchemes: { bearer: { type: "http", scheme: "bearer" } } },
  security: [{ bearer: [] }],
  paths: {
    "/public": { get: open },
    "/public/echo": { post: { ...open, ...body } },
    "/reports": { get: ok },
    "/api/{user_id}/tasks": { ...parameters("user_id"), get: ok, post: { ...ok, ...body } },
    "/api/{user_id}/tasks/{task_id}": { ...parameters("user_id", "task_id"), get: ok, put: ok, delete: ok },
    "/orgs/{org_id}/members": { ...parameters("org_id"), get: ok },
  },
};

/** `usher.gate.yaml`, in its JSON form: what the document cannot say. */
const rules = {
  openapi: "openapi.json",
  ownerParams: { user_id: "sub", org_id: "org" },
  routes: [
    { path: "/files/{user_id}/{rest...}", methods: ["GET", "PUT"] },
    { path: "/admin/{rest...}", access: "denied" },
  ],
};

/** A folder with the document and the gate's file. */
export interface Settings {
  readonly file: string;
  remove(): void;
}

/** @param more Settings of the file beside the rules. */
export function writeSettings(more: Readonly<Record<string, unknown>>): Settings {
  const folder = mkdtempSync(join(tmpdir(), "usher-gate-"));
  const file = join(folder, "usher.gate.yaml");
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(document));
  writeFileSync(file, JSON.stringify({ ...rules, ...more }));
  return { file, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
