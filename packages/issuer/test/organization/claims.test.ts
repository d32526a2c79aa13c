import { DatabaseSync } from "node:sqlite";
import type { BetterAuthPlugin } from "better-auth";
import { expect, onTestFinished, test, vi } from "vitest";
import { IssuerError, type UsherJwtOptions, usherJwt } from "../../src/index.ts";
import { audience, Browser, instanceWith } from "../instance.ts";
import { readJws } from "../jws.ts";
import {
  claimsOf,
  createOrganization,
  join,
  organizationIssuer,
  organizationOf,
  post,
  signUp,
} from "./issuer.ts";

test("a token names the active organization and the user's role in it", async () => {
  const issuer = await organizationIssuer([]);
  const ada = await signUp(issuer, "Ada");
  expect(await organizationOf(ada)).toEqual({});
  const acme = await createOrganization(ada, "acme");
  expect(await organizationOf(ada)).toEqual({ org: acme, org_role: "owner" });
});

test("several roles are a list", async () => {
  const issuer = await organizationIssuer([]);
  const [ada, grace] = [await signUp(issuer, "Ada"), await signUp(issuer, "Grace")];
  const acme = await createOrganization(ada, "acme");
  await join(ada, grace, acme, ["admin", "member"]);
  expect(await organizationOf(grace)).toEqual({ org: acme, org_role: ["admin", "member"] });
});

test("no organization while none is active, though the user is a member", async () => {
  const issuer = await organizationIssuer([]);
  const ada = await signUp(issuer, "Ada");
  await createOrganization(ada, "acme");
  await post(ada, "set-active", { organizationId: null });
  expect(await organizationOf(ada)).toEqual({});
});

test("no organization for a user who is not a member any more, though the session still names it", async () => {
  const issuer = await organizationIssuer([]);
  const [ada, grace] = [await signUp(issuer, "Ada"), await signUp(issuer, "Grace")];
  const acme = await createOrganization(ada, "acme");
  await join(ada, grace, acme);
  await post(ada, "remove-member", { memberIdOrEmail: grace.email });
  const session = (await (await grace.browser.request("GET", "/get-session")).json()) as object;
  expect(session).toMatchObject({ session: { activeOrganizationId: acme } });
  expect(await organizationOf(grace)).toEqual({});
});

test("no organization that the user was never a member of", async () => {
  const issuer = await organizationIssuer([]);
  const [ada, eve] = [await signUp(issuer, "Ada"), await signUp(issuer, "Eve")];
  const acme = await createOrganization(ada, "acme");
  await issuer.adapter.update({
    model: "session",
    where: [{ field: "userId", value: eve.id }],
    update: { activeOrganizationId: acme },
  });
  expect(await organizationOf(eve)).toEqual({});
});

test("memberships: as many as asked for, the active one first, then by when the user joined", async () => {
  const issuer = await organizationIssuer([], { plugin: { organization: { memberships: 2 } } });
  const ada = await signUp(issuer, "Ada");
  expect(await organizationOf(ada)).toEqual({ orgs: [] });
  const first = await createOrganization(ada, "first");
  await createOrganization(ada, "second");
  const third = await createOrganization(ada, "third");
  expect(await organizationOf(ada)).toEqual({
    org: third,
    org_role: "owner",
    orgs: [
      { id: third, role: "owner" },
      { id: first, role: "owner" },
    ],
  });
});

test("memberships: as many as fit into a token that APIs accept", async () => {
  const issuer = await organizationIssuer([], { plugin: { organization: { memberships: 50 } } });
  const ada = await signUp(issuer, "Ada");
  const last = { id: "" };
  for (let count = 0; count < 12; count += 1) last.id = await createOrganization(ada, `org-${count}`);
  await issuer.adapter.updateMany({
    model: "member",
    where: [{ field: "userId", value: ada.id }],
    update: { role: "r".repeat(500) },
  });
  const { orgs } = (await organizationOf(ada)) as { orgs: { id: string }[] };
  expect(orgs).toHaveLength(5);
  expect(orgs[0]?.id).toBe(last.id);
});

test("set-auth-jwt has the same claims", async () => {
  const issuer = await organizationIssuer([]);
  const ada = await signUp(issuer, "Ada");
  const acme = await createOrganization(ada, "acme");
  const { headers } = await ada.browser.request("GET", "/get-session");
  expect(readJws(String(headers.get("set-auth-jwt"))).payload).toMatchObject({
    org: acme,
    org_role: "owner",
  });
});

test("signJWT has no session: the organization is what the payload says", async () => {
  const { auth } = await organizationIssuer([]);
  const sign = async (payload: { sub: string }) =>
    readJws((await auth.api.signJWT({ body: { payload } })).token).payload;
  expect(await sign({ sub: "ada" })).not.toHaveProperty("org");
  expect(await sign({ sub: "ada", ...{ org: "acme" } })).toMatchObject({ org: "acme" });
});

test("tables and columns can have other names", async () => {
  const issuer = await organizationIssuer([], {
    organizations: {
      schema: {
        member: {
          modelName: "seats",
          fields: { userId: "person", organizationId: "company", role: "duty" },
        },
        session: { fields: { activeOrganizationId: "company" } },
      },
    },
  });
  const ada = await signUp(issuer, "Ada");
  const acme = await createOrganization(ada, "acme");
  expect(await organizationOf(ada)).toEqual({ org: acme, org_role: "owner" });
});

test("a session in the cookie cache is looked up", async () => {
  const issuer = await organizationIssuer([], { session: { cookieCache: { enabled: true, maxAge: 300 } } });
  const ada = await signUp(issuer, "Ada");
  const acme = await createOrganization(ada, "acme");
  expect(await organizationOf(ada)).toEqual({ org: acme, org_role: "owner" });
});

test("a failed look-up is a 503 and no token, and set-auth-jwt is omitted", async () => {
  const database = new DatabaseSync(":memory:");
  const issuer = await organizationIssuer([], { database });
  const ada = await signUp(issuer, "Ada");
  await createOrganization(ada, "acme");
  database.exec(`alter table "member" rename to "elsewhere"`);
  const response = await ada.browser.request("GET", "/token");
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await response.json()).toMatchObject({ code: "MEMBERSHIP_UNAVAILABLE" });
  const session = await ada.browser.request("GET", "/get-session");
  expect([session.status, session.headers.get("set-auth-jwt")]).toEqual([200, null]);
  database.exec(`alter table "elsewhere" rename to "member"`);
  expect(await organizationOf(ada)).toMatchObject({ org_role: "owner" });
});

test("with one plugin object in two instances, each reads from its own database", async () => {
  const tokens = usherJwt({ audience, organization: true });
  const issuer = await organizationIssuer([], { tokens });
  const ada = await signUp(issuer, "Ada");
  const acme = await createOrganization(ada, "acme");
  await organizationIssuer([], { tokens });
  expect(await organizationOf(ada)).toEqual({ org: acme, org_role: "owner" });
});

test("a look-up that never ends is a 503", async () => {
  const issuer = await organizationIssuer([]);
  const ada = await signUp(issuer, "Ada");
  await createOrganization(ada, "acme");
  const { findOne } = issuer.adapter;
  issuer.adapter.findOne = ((given: Parameters<typeof findOne>[0]) =>
    given.model === "member" ? new Promise(() => undefined) : findOne(given)) as typeof findOne;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let response: Response | undefined;
  const answered = ada.browser.request("GET", "/token").then((given) => {
    response = given;
  });
  while (response === undefined) {
    await vi.advanceTimersByTimeAsync(1000);
    await new Promise(setImmediate);
  }
  await answered;
  expect(response.status).toBe(503);
});

test("claims gets the session that was read last, and must not return the plugin's claims", async () => {
  let added: Record<string, unknown> = {};
  const claims: UsherJwtOptions["claims"] = ({ session }) => ({
    active: session.activeOrganizationId,
    ...added,
  });
  const issuer = await organizationIssuer([], { plugin: { claims } });
  const ada = await signUp(issuer, "Ada");
  const acme = await createOrganization(ada, "acme");
  expect(await claimsOf(ada)).toMatchObject({ active: acme });
  for (const name of ["org", "org_role", "orgs"]) {
    added = { [name]: "other" };
    expect((await ada.browser.request("GET", "/token")).status).toBe(500);
  }
  const without = instanceWith({}, { audience, claims: () => ({ org: "acme" }) });
  expect(without).toBeDefined();
});

test("Better Auth does not start without its organization plugin", async () => {
  await expect(instanceWith({}, { audience, organization: true }).$context).rejects.toThrow(
    "needs Better Auth's organization() plugin",
  );
});

test("the organization plugin may come after", async () => {
  const { organization } = await import("better-auth/plugins/organization");
  const auth = instanceWith({}, { audience, organization: true }, [
    organization() as unknown as BetterAuthPlugin,
  ]);
  auth.options.plugins.reverse();
  await expect(auth.$context).resolves.toBeDefined();
  expect(new Browser(auth)).toBeDefined();
});

test.for([1, "yes", null, {}, { memberships: 0 }, { memberships: 51 }, { memberships: 1.5 }, { members: 2 }])(
  "rejects organization: %j",
  (organization) => {
    expect(() => usherJwt({ audience, organization: organization as never })).toThrow(IssuerError);
  },
);
