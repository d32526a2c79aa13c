import { DatabaseSync } from "node:sqlite";
import type { AuthContext, BetterAuthPlugin } from "better-auth";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Backend, openBackend } from "../logout/backend.ts";
import {
  createOrganization,
  join,
  type OrganizationIssuer,
  organizationIssuer,
  organizationOf,
  type Person,
  post,
  signUp,
} from "./issuer.ts";

let backend: Backend;
let issuer: OrganizationIssuer;
let adapter: AuthContext["adapter"];
/** Ada owns acme, in which Grace is a member. Eve is in no organization. */
let ada: Person;
let grace: Person;
let eve: Person;
let acme: string;
let member: string;

beforeEach(async () => {
  backend = await openBackend();
  issuer = await organizationIssuer([backend.endpoint]);
  adapter = issuer.adapter;
  [ada, grace, eve] = [
    await signUp(issuer, "Ada"),
    await signUp(issuer, "Grace"),
    await signUp(issuer, "Eve"),
  ];
  acme = await createOrganization(ada, "acme");
  member = await join(ada, grace, acme);
  await everythingSent();
  backend.acknowledged.length = 0;
});

/** Until nothing waits in the queue. */
async function everythingSent(): Promise<void> {
  await vi.waitFor(async () => expect(await issuer.pending()).toEqual([]), { timeout: 10_000, interval: 5 });
}

/** The users whose tokens the backend was asked to end, once each. None of the tokens may end a session. */
async function notified(): Promise<unknown[]> {
  await everythingSent();
  for (const { payload, header } of backend.acknowledged) {
    expect(header.typ).toBe("logout+jwt");
    expect(payload).not.toHaveProperty("sid");
    expect(Number.isInteger(payload.toe)).toBe(false);
  }
  return [...new Set(backend.acknowledged.map(({ payload }) => payload.sub))].sort();
}

const sessionsStay = async (): Promise<void> => {
  for (const { browser } of [ada, grace, eve])
    expect((await browser.request("GET", "/token")).status).toBe(200);
};

const ofMember = [{ field: "id", value: "" }];
beforeEach(() => {
  ofMember[0] = { field: "id", value: member };
});
const ofAcme = () => [{ field: "organizationId", value: acme }];

describe("notifies the APIs, without a sid, and leaves the sessions", () => {
  test.for<[title: string, change: () => Promise<unknown>, users: () => Person[]]>([
    [
      "update-member-role",
      () => post(ada, "update-member-role", { memberId: member, role: "admin" }),
      () => [grace],
    ],
    ["remove-member", () => post(ada, "remove-member", { memberIdOrEmail: grace.email }), () => [grace]],
    ["leave", () => post(grace, "leave", { organizationId: acme }), () => [grace]],
    ["accept-invitation", () => join(ada, eve, acme), () => [eve]],
    ["delete: every member", () => post(ada, "delete", { organizationId: acme }), () => [ada, grace]],
    ["create: the creator", () => createOrganization(eve, "initech"), () => [eve]],
    ["set-active to null", () => post(grace, "set-active", { organizationId: null }), () => [grace]],
    [
      "set-active to another organization",
      async () => {
        await createOrganization(grace, "initech");
        await everythingSent();
        backend.acknowledged.length = 0;
        await post(grace, "set-active", { organizationSlug: "acme" });
      },
      () => [grace],
    ],
    [
      "addMember by server code",
      () => issuer.auth.api.addMember({ body: { userId: eve.id, organizationId: acme, role: "member" } }),
      () => [eve],
    ],
    [
      "the adapter's create",
      () =>
        adapter.create({
          model: "member",
          data: { userId: eve.id, organizationId: acme, role: "member", createdAt: new Date() },
        }),
      () => [eve],
    ],
    [
      "the adapter's update",
      () => adapter.update({ model: "member", where: ofMember, update: { role: "admin" } }),
      () => [grace],
    ],
    [
      "the adapter's update of whose membership it is",
      () => adapter.update({ model: "member", where: ofMember, update: { userId: eve.id } }),
      () => [grace, eve],
    ],
    [
      "the adapter's updateMany",
      () => adapter.updateMany({ model: "member", where: ofAcme(), update: { role: "admin" } }),
      () => [ada, grace],
    ],
    [
      "the adapter's incrementOne",
      () => adapter.incrementOne({ model: "member", where: ofMember, increment: {}, set: { role: "admin" } }),
      () => [grace],
    ],
    ["the adapter's delete", () => adapter.delete({ model: "member", where: ofMember }), () => [grace]],
    [
      "the adapter's consumeOne",
      () => adapter.consumeOne({ model: "member", where: ofMember }),
      () => [grace],
    ],
    [
      "the adapter's deleteMany, with a condition of alternatives",
      () =>
        adapter.deleteMany({
          model: "member",
          where: [
            { field: "userId", value: grace.id, connector: "OR" },
            { field: "userId", value: eve.id, connector: "OR" },
          ],
        }),
      () => [grace],
    ],
    [
      "the adapter's delete of an organization, whose members the database deletes",
      () => adapter.delete({ model: "organization", where: [{ field: "id", value: acme }] }),
      () => [ada, grace],
    ],
    [
      "the adapter's updateMany of sessions",
      () =>
        adapter.updateMany({
          model: "session",
          where: [{ field: "userId", value: grace.id }],
          update: { activeOrganizationId: null },
        }),
      () => [grace],
    ],
    [
      "a transaction of a plugin",
      () =>
        adapter.transaction(async (inner) => {
          await inner.update({ model: "member", where: ofMember, update: { role: "admin" } });
        }),
      () => [grace],
    ],
  ])("%s", async ([, change, users]) => {
    await change();
    expect(await notified()).toEqual(
      users()
        .map(({ id }) => id)
        .sort(),
    );
    await sessionsStay();
  });
});

describe("sends nothing", () => {
  test.for<[title: string, change: () => Promise<unknown>]>([
    ["for an organization that is active already", () => post(grace, "set-active", { organizationId: acme })],
    ["for an invitation", () => post(ada, "invite-member", { email: eve.email, role: "member" })],
    [
      "for an organization's new name",
      () => post(ada, "update", { organizationId: acme, data: { name: "Acme 2" } }),
    ],
    ["for a sign-in", () => grace.browser.signIn(grace.email)],
    [
      "for a change that finds no row",
      () => adapter.deleteMany({ model: "member", where: [{ field: "id", value: "none" }] }),
    ],
    [
      "for a transaction that is rolled back",
      async () => {
        const change = adapter.transaction(async (inner) => {
          await inner.delete({ model: "member", where: ofMember });
          throw new Error("rolled back");
        });
        await expect(change).rejects.toThrow("rolled back");
        expect(await organizationOf(grace)).toEqual({ org: acme, org_role: "member" });
      },
    ],
  ])("%s", async ([, change]) => {
    await change();
    expect(await notified()).toEqual([]);
  });
});

test.each([
  ["without the table of deliveries", `alter table "usherLogout" rename to "elsewhere"`],
  ["with the table of an older version", `alter table "usherLogout" drop column "subjects"`],
])("a change does not happen if it cannot be recorded: %s", async (_, statement) => {
  const database = new DatabaseSync(":memory:");
  const other = await organizationIssuer([backend.endpoint], { database });
  const owner = await signUp(other, "Owner");
  const organizationId = await createOrganization(owner, "acme");
  await other.stop();
  database.exec(statement);
  const response = await owner.browser.request("POST", "/organization/delete", { organizationId });
  expect(response.status).toBe(500);
  expect(await organizationOf(owner)).toEqual({ org: organizationId, org_role: "owner" });
});

test("what a transaction changes is sent once for each user", async () => {
  await adapter.transaction(async (inner) => {
    for (const role of ["admin", "owner", "member"])
      await inner.update({ model: "member", where: ofMember, update: { role } });
  });
  expect(await notified()).toEqual([grace.id]);
  expect(backend.acknowledged).toHaveLength(1);
});

test("a plugin that kept the adapter before this plugin was initialised is watched too", async () => {
  let kept: AuthContext["adapter"] | undefined;
  const keeping: BetterAuthPlugin = {
    id: "keeping",
    init(context) {
      kept = context.adapter;
    },
  };
  issuer = await organizationIssuer([backend.endpoint], { earlier: [keeping] });
  const owner = await signUp(issuer, "Owner");
  await createOrganization(owner, "acme");
  await everythingSent();
  backend.acknowledged.length = 0;
  await kept?.deleteMany({ model: "member", where: [{ field: "userId", value: owner.id }] });
  expect(await notified()).toEqual([owner.id]);
});

test("tables and columns can have other names", async () => {
  issuer = await organizationIssuer([backend.endpoint], {
    organizations: {
      schema: { member: { modelName: "seats", fields: { userId: "person", role: "duty" } } },
    },
  });
  const owner = await signUp(issuer, "Owner");
  await createOrganization(owner, "acme");
  await everythingSent();
  backend.acknowledged.length = 0;
  const where = [{ field: "userId", value: owner.id }];
  await issuer.adapter.updateMany({ model: "seats", where, update: { role: "member" } });
  expect(await notified()).toEqual([owner.id]);
});

test("without the option, nothing is watched", async () => {
  issuer = await organizationIssuer([backend.endpoint], { plugin: { organization: false } });
  const owner = await signUp(issuer, "Owner");
  await createOrganization(owner, "acme");
  expect(await notified()).toEqual([]);
  expect(await organizationOf(owner)).toEqual({});
});

afterEach(() => {
  expect(issuer.logged.filter((line) => line.startsWith("usherJwt"))).toEqual([]);
});
