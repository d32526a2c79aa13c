import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { labelsWith, reportOf, runAudit } from "../support/run-audit.ts";
import { startApi } from "../support/start-api.ts";
import { tokens } from "../support/test-users.ts";

const segmentsOf = ({ url = "" }: IncomingMessage) => url.split("/").slice(1);

test("a check is unclear if the user's own request is refused as well", async () => {
  // Validates before it authenticates, and rejects every generated value.
  const document = await startApi(
    { "/reports": { get: { parameters: [{ name: "day", in: "query", required: true }] } } },
    () => [400],
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "unclear")).toEqual(
    ["no_token", "garbage_token", "tampered_token", "unsigned_token", "expired_token", "misplaced_token"].map(
      (check) => `GET /reports ${check}`,
    ),
  );
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(2);
});

test("a 404 counts as a refusal only if the owner's own request succeeds", async () => {
  const items: Record<string, string> = { ada: "1", grace: "2" };
  const document = await startApi(
    { "/u/{userId}/items": { get: {} }, "/u/{userId}/items/{itemId}": { get: {} } },
    (request, user) => {
      const [, owner = "", , item] = segmentsOf(request);
      // Conceals other users' data: answers 404 instead of 401 or 403.
      if (user === undefined || user !== decodeURIComponent(owner)) return [404];
      return item === undefined
        ? [200, [{ id: items[user] }]]
        : item === items[user]
          ? [200, { id: item }]
          : [404];
    },
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "unclear")).toEqual([]);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(reportOf(run).notes.join()).toContain("a status other than 401");
});

test("an object that both users see is not a leak", async () => {
  const document = await startApi(
    { "/products": { get: {} }, "/products/{productId}": { get: {} } },
    (request, user) => {
      if (user === undefined) return [401];
      return segmentsOf(request).length === 1
        ? [200, { data: { items: [{ id: 7 }, { id: 8 }] } }]
        : [200, { id: 7, price: 3 }];
    },
  );
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(labelsWith(run, "skipped")).toEqual([
    "GET /products other_data",
    "GET /products/{productId} other_object",
    "GET /products/{productId} other_data",
  ]);
  expect(run.exitCode).toBe(0);
  expect(reportOf(run).notes.join()).toContain("401 without WWW-Authenticate");
});

test("an ignored user in the path is a warning, another user's data for an id in the query is an error", async () => {
  const paths = {
    "/u/{userId}/me": { get: {} },
    "/tasks": { get: { parameters: [{ name: "userId", in: "query" }] } },
    "/own": { get: { parameters: [{ name: "userId", in: "query" }] } },
  };
  const document = await startApi(paths, (request, user) => {
    if (user === undefined) return [401];
    const { pathname, searchParams } = new URL(request.url ?? "", "http://any");
    if (pathname === "/tasks") return [200, [{ task: `a task of ${searchParams.get("userId")}, kept long` }]];
    return pathname === "/own" || /^\/u\/[^/]+\/me$/.test(pathname)
      ? [200, { name: `the name of ${user}` }]
      : [404];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /u/{userId}/me other_owner", "GET /tasks other_owner"]);
  const severities = reportOf(run).operations.flatMap(({ checks }) =>
    checks.flatMap(({ severity }) => severity ?? []),
  );
  expect(severities).toEqual(["warning", "error"]);
});

test("tries B's inner object inside A's own outer object", async () => {
  const boards: Record<string, string> = { ada: "b1", grace: "b2" };
  const cards: Record<string, string> = { b1: "c1", b2: "c2" };
  const paths = {
    "/boards": { get: {} },
    "/boards/{boardId}": { get: {} },
    "/boards/{boardId}/cards": { get: {} },
    "/boards/{boardId}/cards/{cardId}": { get: {} },
  };
  const document = await startApi(paths, (request, user) => {
    if (user === undefined) return [401];
    const [, board, , card] = segmentsOf(request);
    if (board === undefined) return [200, { boards: [{ boardId: boards[user] }] }];
    // Checks the owner of the board, but not whether the card is on that board.
    if (boards[user] !== board) return [403];
    if (segmentsOf(request).length === 2) return [200, { board }];
    if (card === undefined) return [200, [cards[board]]];
    return Object.values(cards).includes(card) ? [200, { card, text: `text of ${card}` }] : [404];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /boards/{boardId}/cards/{cardId} other_object"]);
  const found = reportOf(run)
    .operations.at(-1)
    ?.checks.find(({ verdict }) => verdict === "failed");
  expect(found?.says).toContain("inner object");
});

test("a DELETE that answers 204 without deleting anything is not a failure", async () => {
  let items: { id: string; owner: string; text: string }[] = [];
  let lastId = 0;
  const paths = {
    "/items": {
      get: {},
      post: { requestBody: { content: { "application/json": { schema: { type: "object" } } } } },
    },
    "/items/{itemId}": { get: {}, delete: {} },
  };
  const document = await startApi(paths, (request, user) => {
    if (user === undefined) return [401];
    const [, id] = segmentsOf(request);
    const own = items.filter(({ owner }) => owner === user);
    if (id === undefined && request.method === "GET") return [200, own];
    if (id === undefined && request.method === "POST") {
      const item = { id: `t${++lastId}`, owner: user, text: "x" };
      items.push(item);
      return [201, undefined, { location: `/items/${item.id}` }];
    }
    const item = own.find((candidate) => candidate.id === id);
    if (request.method === "DELETE") {
      items = items.filter((candidate) => candidate !== item);
      return [204];
    }
    return item === undefined || request.method !== "GET" ? [404] : [200, item];
  });
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(items).toEqual([]);
});

test("reports a spelling of the path that the API answers with 500", async () => {
  const document = await startApi({ "/u/{userId}/me": { get: {} } }, (request, user) => {
    if (request.url?.includes("%25")) return [500];
    return user === undefined ? [401] : request.url === `/u/${user}/me` ? [200, { name: user }] : [403];
  });
  const run = await runAudit([document, "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual(["GET /u/{userId}/me path_spelling"]);
  expect(run.exitCode).toBe(1);
});

test("does not change existing data only to compare", async () => {
  const changed: string[] = [];
  const paths = { "/items": { get: {} }, "/items/{itemId}": { get: {}, put: {} } };
  const document = await startApi(paths, (request, user) => {
    const [, id] = segmentsOf(request);
    // A 404 alone does not tell whether it was a refusal.
    if (user === undefined || (id !== undefined && id !== `of-${user}`)) return [404];
    if (request.method === "PUT") changed.push(id ?? "");
    return [200, id === undefined ? [{ id: `of-${user}` }] : { id }];
  });
  const run = await runAudit([document, "--writes", "--json"], tokens);
  expect(labelsWith(run, "unclear")).toContain("PUT /items/{itemId} no_token");
  expect(changed).toEqual([]);
  expect(run.exitCode).toBe(2);
});
