import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, expect, test } from "vitest";
import { type Backend, startBackend } from "./support/backend.ts";
import type { Flaw } from "./support/backend-collection.ts";
import { labelsWith, reportOf, runAudit } from "./support/run-audit.ts";

const issuer = createTestIssuer();
const tokens = {
  USHER_TOKEN_A: issuer.tokenFor("ada"),
  USHER_TOKEN_B: issuer.tokenFor("grace"),
  USHER_EXPIRED_TOKEN: issuer.tokenFor("ada", { expired: true }),
};

let server: Backend | undefined;
afterEach(() => server?.close());

async function start(flaws: Record<string, Flaw | undefined>): Promise<Backend> {
  server = await startBackend(issuer.secret, flaws, ["ada", "grace"]);
  return server;
}

test("a correct backend without Usher passes every check", async () => {
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
  // It deleted exactly what it created.
  expect(items("books")).toEqual(before);
});

test("finds each flaw of a broken backend, and nothing else", async () => {
  const { documentUrl, requests } = await start({
    announcements: "open",
    contacts: "compares no owner",
    drafts: "compares the undecoded owner",
    letters: "accepts alg none",
    invoices: "throws at garbage",
    notes: "finds objects by id alone",
    receipts: "accepts expired tokens",
    books: undefined,
  });
  const run = await runAudit([documentUrl, "--json"], tokens);
  const onBoth = (collection: string, check: string) => [
    `GET /users/{user_id}/${collection} ${check}`,
    `GET /users/{user_id}/${collection}/{item_id} ${check}`,
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
  expect(requests.filter((request) => !/^(?:GET|HEAD) /.test(request))).toEqual([]);
});

test("finds what only --writes can find, and restores all data", async () => {
  const { documentUrl, items } = await start({
    contacts: "compares no owner",
    lists: "compares no owner but finds by the token's",
    drafts: "compares the undecoded owner",
    notes: "finds objects by id alone",
    polls: "overrides methods after the guard",
    signs: "open in upper case",
  });
  const collections = ["contacts", "lists", "drafts", "notes", "polls", "signs"];
  const before = structuredClone(collections.map(items));
  const run = await runAudit([documentUrl, "--writes", "--json"], tokens);
  const all = (collection: string) =>
    ["GET", "POST"].map((method) => `${method} /users/{user_id}/${collection}`);
  const each = (collection: string) =>
    ["GET", "PUT", "DELETE"].map((method) => `${method} /users/{user_id}/${collection}/{item_id}`);
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
  expect(collections.map(items)).toEqual(before);
});
