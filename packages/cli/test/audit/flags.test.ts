import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";
import { startBackend } from "./support/backend.ts";
import { userIn } from "./support/backend-token.ts";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";
import { issuer, tokens } from "./support/test-users.ts";

test("--owner-param names the parameter that holds the user's id", async () => {
  const paths = { "/accounts/{account}/mail": { get: {} } };
  const url = await startServer(() => (request, response) => {
    if (request.url === "/openapi.json") return response.end(JSON.stringify({ openapi: "3.1.0", paths }));
    const user = userIn(request.headers.authorization, issuer.secret);
    // The path alone decides whose mail it returns.
    const [, , account] = (request.url ?? "").split("/");
    response.writeHead(user === undefined ? 401 : 200, { "content-type": "application/json" });
    return response.end(JSON.stringify(user === undefined ? {} : { mail: `for ${account} alone` }));
  });
  const unnamed = await runAudit([`${url}/openapi.json`, "--json"], tokens);
  expect(labelsWith(unnamed, "inapplicable")).toContain("GET /accounts/{account}/mail other_owner");
  const named = await runAudit([`${url}/openapi.json`, "--owner-param", "tenant, account", "--json"], tokens);
  expect(labelsWith(named, "failed")).toEqual(["GET /accounts/{account}/mail other_owner"]);
});

test("--i-own-this allows an audit of an API that is not on this machine", async () => {
  const server = await startBackend(issuer.secret, { books: undefined }, ["ada", "grace"]);
  try {
    // Not a loopback address, but it reaches this machine.
    const words = [
      server.documentUrl,
      "--server",
      `${server.url.replace("127.0.0.1", "0.0.0.0")}/v1`,
      "--json",
    ];
    const sent = server.requests.length;
    expect(await runAudit(words, tokens)).toMatchObject({
      exitCode: 2,
      errors: expect.stringMatching(/--i-own-this/),
    });
    expect(server.requests.slice(sent)).toEqual(["GET /openapi.json"]);
    expect(await runAudit([...words, "--i-own-this"], tokens)).toMatchObject({ exitCode: 0, errors: "" });
  } finally {
    await server.close();
  }
});

test("deletes what it created even after --max-requests is reached", async () => {
  const server = await startBackend(issuer.secret, { books: undefined }, ["ada", "grace"]);
  try {
    const before = structuredClone(server.items("books"));
    const run = await runAudit([server.documentUrl, "--writes", "--max-requests", "120", "--json"], tokens);
    expect(reportOf(run).halt).toBe("budget");
    expect(server.requests.some((request) => request.startsWith("POST "))).toBe(true);
    expect(server.items("books")).toEqual(before);
    expect(reportOf(run).notes.filter((note) => note.startsWith("Created"))).toEqual([]);
  } finally {
    await server.close();
  }
});
