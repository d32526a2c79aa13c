import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createTestIssuer } from "@usher-auth/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/files/temporary-folder.ts";
import { type Explanation, explainGate } from "./explain-gate.ts";
import { userHeaders } from "./identity-headers.ts";
import { missingTool, output, readers } from "./readers.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const guide = readFileSync(join(root, "docs/guide/any-backend.md"), "utf8");
const issuer = createTestIssuer();

/** Better Auth's ids are letters and digits; other sources of `sub` have more. */
const ids = [
  "Kx7aB2",
  "a/b",
  "a b+c",
  "100%41",
  "auth0|7",
  "zoë@example.com",
  "日本",
  "😀",
  "a\"b'c",
  "a;b,c\\d",
];

/** The guide's block of this name. */
function blockOf(file: string): string {
  const block = guide.match(new RegExp(`^\`\`\`\\w+ file=${file}\\n(.*?)^\`\`\``, "ms"))?.[1];
  if (block === undefined) throw new Error(`docs/guide/any-backend.md has no ${file}`);
  return block;
}

let headers: string[];
beforeAll(async () => {
  headers = await userHeaders(issuer, ids);
});

test("the ids need more than one kind of decoding", () => {
  expect(headers).toEqual(expect.arrayContaining(["Kx7aB2", "a%20b%2Bc", "auth0|7"]));
});

describe.for(readers)("the guide's function in $language", (reader) => {
  test("reads the id that the gate has written", { timeout: 300_000 }, async ({ skip }) => {
    const missing = await missingTool(reader);
    if (missing !== undefined) skip(`there is no ${missing}`);
    const folder = temporaryFolder();
    const command = await reader.prepare(folder, blockOf(reader.block));
    const printed = await output([...command, ...headers], folder);
    const read = (JSON.parse(printed) as string[]).map((hex) => Buffer.from(hex, "hex").toString());
    expect(read).toEqual(ids);
  });
});

test("the guide's usher.gate.yaml has the routes that it says", async () => {
  const folder = temporaryFolder();
  const schema = /\$schema=\.\/node_modules\/usher-auth\/(\S+)/.exec(blockOf("usher.gate.yaml"))?.[1];
  expect(JSON.parse(readFileSync(join(root, "packages/cli", schema ?? ""), "utf8"))).toHaveProperty(
    "properties",
  );
  writeFileSync(join(folder, "usher.gate.yaml"), blockOf("usher.gate.yaml"));
  const { rules, warnings } = await explain(folder, "--config", "usher.gate.yaml");
  expect(warnings).toEqual([]);
  expect(rules.map(({ method, path, access }) => `${method} ${path} ${access}`).sort()).toEqual([
    "* /api/{user_id}/{rest...} required",
    "* /internal/{rest...} denied",
    "* /reports required",
    "GET /health public",
    "GET /orgs/{org_id}/invoices required",
    "GET /ws/{user_id} required",
  ]);
  const owners = rules.flatMap(({ owners }) => Object.entries(owners));
  expect(owners).toEqual(
    expect.arrayContaining([
      ["user_id", "sub"],
      ["org_id", "org"],
    ]),
  );
});

test("the guide's table says what the gate makes of a document", async () => {
  const folder = temporaryFolder();
  const operation = (more: object = {}) => ({ responses: { 200: { description: "OK" } }, ...more });
  const document = {
    openapi: "3.1.0",
    info: { title: "Any", version: "1" },
    components: { securitySchemes: { oauth: { type: "oauth2", flows: {} } } },
    paths: {
      "/reports": { get: operation() },
      "/health": { get: operation({ security: [] }) },
      "/api/{user_id}/tasks": { get: operation({ security: [{ oauth: ["tasks:read"] }] }) },
    },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(document));
  const words = ["--openapi", "openapi.json", "--owner-param", "user_id"];
  const { rules, warnings } = await explain(folder, ...words);
  const shown = rules.map(({ path, access, owners, scopes }) => ({ path, access, owners, scopes }));
  expect(shown).toEqual([
    {
      path: "/api/{user_id}/tasks",
      access: "required",
      owners: { user_id: "sub" },
      scopes: [["tasks:read"]],
    },
    { path: "/health", access: "public", owners: {}, scopes: [] },
    { path: "/reports", access: "required", owners: {}, scopes: [] },
  ]);
  // Neither owner nor scope.
  expect(warnings.join("\n")).toContain("GET /reports");
});

/** In a folder with the guide's `.env`. */
function explain(folder: string, ...words: readonly string[]): Promise<Explanation> {
  const { secret, issuer: url, audience } = issuer;
  const variables = { BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: url, API_URL: audience };
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, ".env"), lines.join(""));
  return explainGate(folder, [...words, "--env", ".env"]);
}
