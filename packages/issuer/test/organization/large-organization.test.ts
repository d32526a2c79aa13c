import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { openBackend } from "../logout/backend.ts";
import { addMembers } from "./add-members.ts";
import { createOrganization, organizationIssuer, post, signUp } from "./issuer.ts";

const members = 10_000;

test(`ends the tokens of each of ${members} members of a deleted organization, across a crash of the issuer`, async () => {
  const folder = mkdtempSync(join(tmpdir(), "usher-organization-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "auth.sqlite");
  const open = () => {
    const database = new DatabaseSync(file, { timeout: 5000 });
    database.exec("pragma journal_mode = wal; pragma synchronous = off");
    return database;
  };
  const backend = await openBackend();
  const database = open();
  const issuer = await organizationIssuer([backend.endpoint], { database });
  const owner = await signUp(issuer, "Owner");
  const other = await signUp(issuer, "Other");
  const organizationId = await createOrganization(owner, "large");
  await createOrganization(other, "other");
  await vi.waitFor(async () => expect(await issuer.pending()).toEqual([]), 10_000);
  backend.acknowledged.length = 0;
  addMembers(database, organizationId, members);

  const since = performance.now();
  await post(owner, "delete", { organizationId });
  const answered = performance.now() - since;
  // A sign-out does not wait for them.
  const signedOut = performance.now();
  await other.browser.request("POST", "/sign-out", {});
  const ended = () => backend.acknowledged.some(({ payload }) => payload.sid !== undefined);
  await vi.waitUntil(ended, { timeout: 10_000, interval: 1 });
  const signOut = performance.now() - signedOut;
  expect(backend.acknowledged.length).toBeLessThan(members / 4);
  await vi.waitUntil(() => backend.acknowledged.length > members / 4, { timeout: 60_000, interval: 1 });
  await issuer.stop();
  database.close();
  const beforeCrash = backend.acknowledged.length;
  expect(beforeCrash).toBeLessThan(members);

  const next = await organizationIssuer([backend.endpoint], { database: open() });
  const left = () => next.adapter.count({ model: "usherLogout" });
  await vi.waitFor(async () => expect(await left()).toBe(0), { timeout: 90_000, interval: 200 });
  const users = new Set(backend.acknowledged.map(({ payload }) => payload.sub));
  expect(users.size).toBe(members + 2);
  // A batch that was under way is sent again at most.
  expect(backend.acknowledged.length).toBeLessThan(members + 300);
  console.log(
    `a deleted organization of ${members} members: the request took ${Math.round(answered)} ms, ` +
      `all deliveries took ${Math.round(performance.now() - since)} ms, with a restart in between; ` +
      `a sign-out in the meantime took ${Math.round(signOut)} ms`,
  );
}, 180_000);
