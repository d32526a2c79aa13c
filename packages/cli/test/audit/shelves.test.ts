import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, expect, test } from "vitest";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";
import type { Flaw } from "./support/shelf.ts";
import { type ShelfServer, startShelves } from "./support/shelf-server.ts";

const issuer = createTestIssuer();
const tokens = {
  USHER_TOKEN_A: issuer.tokenFor("ada"),
  USHER_TOKEN_B: issuer.tokenFor("grace"),
  USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
};

let server: ShelfServer | undefined;
afterEach(() => server?.close());

async function start(flaws: Record<string, Flaw | undefined>): Promise<ShelfServer> {
  server = await startShelves(issuer.secret, flaws, ["ada", "grace"]);
  return server;
}

test("a sound backend without Usher holds, on every operation", async () => {
  const { documentUrl, items } = await start({ books: undefined });
  const before = structuredClone(items("books"));
  const run = await runAudit([documentUrl, "--writes", "--json"], tokens);
  expect(labelsWith(run, "failed")).toEqual([]);
  expect(labelsWith(run, "unclear")).toEqual([]);
  expect(labelsWith(run, "skipped")).toEqual([]);
  expect(run.exitCode).toBe(0);
  expect(reportOf(run).operations.map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /health",
    "GET /users/{user_id}/books",
    "POST /users/{user_id}/books",
    "GET /users/{user_id}/books/{item_id}",
    "PUT /users/{user_id}/books/{item_id}",
    "DELETE /users/{user_id}/books/{item_id}",
  ]);
  // What it has added it has deleted, and nothing else.
  expect(items("books")).toEqual(before);
});

test("each flaw of a broken backend is found, and nothing else", async () => {
  const { documentUrl, requests } = await start({
    announcements: "open",
    contacts: "compares no owner",
    drafts: "compares the undecoded owner",
    letters: "accepts alg none",
    invoices: "throws at garbage",
    notes: "finds things by id alone",
    receipts: "accepts expired tokens",
    books: undefined,
  });
  const run = await runAudit([documentUrl, "--json"], tokens);
  const onBoth = (shelf: string, check: string) => [
    `GET /users/{user_id}/${shelf} ${check}`,
    `GET /users/{user_id}/${shelf}/{item_id} ${check}`,
  ];
  expect(labelsWith(run, "failed")).toEqual([
    ...onBoth("announcements", "no_token"),
    ...onBoth("contacts", "other_owner"),
    ...onBoth("drafts", "path_spelling"),
    ...onBoth("letters", "unsigned_token"),
    ...onBoth("invoices", "garbage_token"),
    "GET /users/{user_id}/notes/{item_id} other_object",
    ...onBoth("receipts", "expired_token"),
  ]);
  expect(labelsWith(run, "unclear")).toEqual([]);
  expect(run.exitCode).toBe(1);
  expect(requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
});

test("what only --writes can find is found, and nothing else; and nobody loses what they had", async () => {
  const { documentUrl, items } = await start({
    contacts: "compares no owner",
    lists: "compares no owner but finds by the token's",
    drafts: "compares the undecoded owner",
    notes: "finds things by id alone",
    polls: "overrides methods behind the guard",
    signs: "open in upper case",
  });
  const shelves = ["contacts", "lists", "drafts", "notes", "polls", "signs"];
  const before = structuredClone(shelves.map(items));
  const run = await runAudit([documentUrl, "--writes", "--json"], tokens);
  const all = (shelf: string) => ["GET", "POST"].map((method) => `${method} /users/{user_id}/${shelf}`);
  const each = (shelf: string) =>
    ["GET", "PUT", "DELETE"].map((method) => `${method} /users/{user_id}/${shelf}/{item_id}`);
  const found = (labels: string[], check: string) => labels.map((label) => `${label} ${check}`);
  expect(labelsWith(run, "failed").sort()).toEqual(
    [
      ...found([...all("contacts"), ...each("contacts")], "other_owner"),
      ...found(all("lists"), "other_owner"),
      ...found([...all("drafts"), ...each("drafts")], "path_spelling"),
      ...found(each("notes"), "other_object"),
      ...found(
        ["PUT", "DELETE"].map((method) => `${method} /users/{user_id}/polls/{item_id}`),
        "method_override",
      ),
      ...found([...all("signs"), ...each("signs")], "no_token"),
    ].sort(),
  );
  expect(labelsWith(run, "unclear")).toEqual([]);
  expect(shelves.map(items)).toEqual(before);
});
