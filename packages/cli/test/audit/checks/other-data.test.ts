import { expect, test } from "vitest";
import { labelsWith, reportOf, runAudit } from "../support/run-audit.ts";
import { startApi } from "../support/start-api.ts";
import { tokens } from "../support/test-users.ts";

const users = ["ada", "grace"];

function resultsOf(run: Parameters<typeof reportOf>[0], path: string) {
  return reportOf(run)
    .operations.filter((operation) => operation.path === path)
    .flatMap(({ checks }) => checks.filter(({ check }) => check === "other_data"));
}

test.each(["user_id", "ownerId", "user"])("finds rows of every user by their `%s`", async (key) => {
  const document = await startApi({ "/tasks": { get: {} }, "/mine": { get: {} } }, (request, user) => {
    if (user === undefined) return [401];
    const rows = users.map((one) => ({ id: 1, [key]: one }));
    return [200, { tasks: request.url === "/tasks" ? rows : rows.filter((row) => row[key] === user) }];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /tasks other_data"]);
  expect(resultsOf(run, "/tasks")).toMatchObject([{ severity: "error", status: 200 }]);
  expect(resultsOf(run, "/mine")).toMatchObject([{ verdict: "passed" }]);
});

test.each([
  ["JSON", (rows: object[]) => rows],
  ["text", (rows: object[]) => JSON.stringify(rows).replaceAll('"', "'")],
])("finds texts in %s that elsewhere only B's own answers contain", async (_what, show) => {
  const document = await startApi(
    { "/u/{userId}/tasks": { get: {} }, "/export": { get: {} } },
    (request, user) => {
      if (user === undefined) return [401];
      const rows = users.map((one) => ({ title: `the first task of ${one}`, state: "in_progress" }));
      if (request.url === "/export") return [200, show(rows)];
      return request.url === `/u/${user}/tasks` ? [200, [rows[users.indexOf(user)]]] : [403];
    },
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /export other_data"]);
  expect(resultsOf(run, "/export")).toMatchObject([{ severity: "warning" }]);
  expect(run.output).not.toContain("the first task");
});

test("finds an object that it created as B, and deletes it", async () => {
  let items: { id: number; owner: string; text: string }[] = [];
  let lastId = 0;
  const schema = { type: "object", required: ["text"], properties: { text: { type: "string" } } };
  const paths = {
    "/items": {
      get: {},
      post: { requestBody: { content: { "application/json": { schema } } } },
    },
    "/items/{itemId}": { get: {}, delete: {} },
  };
  const document = await startApi(paths, (request, user) => {
    if (user === undefined) return [401];
    const [, , id] = (request.url ?? "").split("/");
    if (request.method === "POST") {
      items.push({ id: ++lastId, owner: user, text: "" });
      return [201, { id: lastId }];
    }
    // Lists the ids of everyone's objects, but shows each one to its owner only.
    if (id === undefined) return [200, items.map((item) => item.id)];
    const item = items.find((one) => String(one.id) === id && one.owner === user);
    if (item === undefined) return [404];
    if (request.method === "DELETE") items = items.filter((one) => one !== item);
    return request.method === "DELETE" ? [204] : [200, item];
  });
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /items other_data"]);
  expect(resultsOf(run, "/items")).toMatchObject([{ severity: "error" }, { verdict: "inapplicable" }]);
  expect(items).toEqual([]);
});

test("finds B's data in a refusal", async () => {
  const titles: Record<string, string> = { ada: "a letter to Babbage", grace: "a bug in relay 70" };
  const document = await startApi({ "/u/{userId}/letter": { get: {} } }, (request, user) => {
    if (user === undefined) return [401];
    const owner = decodeURIComponent((request.url ?? "").split("/")[2] ?? "");
    return owner === user
      ? [200, { title: titles[owner] }]
      : [403, { detail: `"${titles[owner]}" is not a letter of ${user}'s` }];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toContain("GET /u/{userId}/letter other_owner");
  expect(run.output).toContain("answered 403, with data that only B's own answers contain");
});

test("does not run if nothing identifies B's data, or if A's own request is not accepted", async () => {
  const document = await startApi({ "/plans": { get: {} }, "/admin": { get: {} } }, (request, user) =>
    user === undefined ? [401] : request.url === "/admin" ? [403] : [200, [{ plan: "Free for ever" }]],
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(resultsOf(run, "/plans")).toMatchObject([
    {
      verdict: "skipped",
      reason:
        'nothing identifies B\'s data: as B, create an object with a text such as "my note 4711", or add --writes',
    },
  ]);
  const withWrites = await runAudit([document, "--json", "--writes"], tokens);
  expect(resultsOf(withWrites, "/plans")).toMatchObject([
    {
      verdict: "skipped",
      reason: expect.stringMatching(/; the document describes none to create and delete$/),
    },
  ]);
  expect(resultsOf(run, "/admin")).toMatchObject([
    { verdict: "skipped", reason: "A's own request was not accepted" },
  ]);
  expect(run.exitCode).toBe(0);
});
