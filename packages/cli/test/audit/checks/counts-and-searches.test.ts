import { expect, test } from "vitest";
import { labelsWith, reportOf, runAudit } from "../support/run-audit.ts";
import { startApi } from "../support/start-api.ts";
import { tokens } from "../support/test-users.ts";

const requestBody = {
  content: { "application/json": { schema: { type: "object", properties: { text: { type: "string" } } } } },
};
const search = { name: "q", in: "query", schema: { type: "string" } };
const paths = {
  "/users/{userId}/items": { get: { parameters: [search] }, post: { requestBody } },
  "/users/{userId}/items/{itemId}": { delete: {} },
  "/count": { get: {} },
  "/clock": { get: {} },
};

interface Leaks {
  readonly count?: boolean;
  readonly search?: boolean;
}

async function audit(leaks: Leaks, words: string[] = ["--writes"]) {
  let items: { id: string; owner: string; text: string }[] = [];
  let created = 0;
  let ticks = 0;
  const document = await startApi(paths, async (request, user) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://any");
    if (user === undefined) return [401];
    if (pathname === "/clock") return [200, { ticks: ++ticks }];
    if (pathname === "/count")
      return [200, { items: items.filter((one) => leaks.count || one.owner === user).length }];
    const [, , owner, , id] = pathname.split("/");
    if (owner !== user) return [403];
    if (request.method === "POST") {
      const text = (await readBody(request)).text ?? "";
      const item = { id: `i${++created}`, owner: user, text };
      items.push(item);
      return [201, item];
    }
    if (request.method === "DELETE") {
      const rest = items.filter((one) => one.id !== id || one.owner !== user);
      const wasThere = rest.length < items.length;
      items = rest;
      return wasThere ? [204] : [404];
    }
    const query = searchParams.get("q");
    const found = items.filter(
      (one) =>
        (one.owner === user || (leaks.search && query !== null)) && one.text.includes(query ?? one.text),
    );
    return [200, { query, items: found.map(({ id, text }) => ({ id, text })) }];
  });
  const run = await runAudit([document, "--json", ...words], tokens);
  expect(items).toEqual([]);
  return run;
}

async function readBody(request: AsyncIterable<Buffer>): Promise<{ text?: string }> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text === "" ? "{}" : text);
}

test("a sound count and a search that repeats its text are no findings, and neither is a clock", async () => {
  const run = await audit({});
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(labelsWith(run, "unclear")).toEqual([]);
});

test("finds a count of every user's objects: it changes when B creates one", async () => {
  const run = await audit({ count: true });
  expect(labelsWith(run, "failed")).toEqual(["GET /count other_data"]);
  const checks = reportOf(run).operations.flatMap((operation) => operation.checks);
  expect(checks.find(({ verdict }) => verdict === "failed")?.reason).toBe(
    "changes its answer to A's own request when an object is created as B",
  );
});

test("does not create objects to find counts without --writes", async () => {
  expect(labelsWith(await audit({ count: true }, []), "failed")).toEqual([]);
});

test("finds a search in every user's objects", async () => {
  const run = await audit({ search: true });
  expect(labelsWith(run, "failed")).toEqual(["GET /users/{userId}/items other_data"]);
});
