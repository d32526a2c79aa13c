import { sharedSecret } from "@usher-auth/verify";
import { expect, test, vi } from "vitest";
import { secret } from "../instance.ts";
import { readJws } from "../jws.ts";
import { Api } from "../logout/api.ts";
import type { DatabaseKind } from "./databases.ts";
import {
  createOrganization,
  join,
  type OrganizationIssuer,
  organizationIssuer,
  type Person,
  post,
  signUp,
} from "./issuer.ts";

// A token takes its time, then reads session and membership. A change is committed, then takes its time. So
// whatever a token read before the commit, it is older than the change, however long its signature takes.

export interface Setup {
  api: Api;
  issuer: OrganizationIssuer;
  ada: Person;
  grace: Person;
  acme: string;
  member: string;
}

/** An API, and its issuer. Ada owns acme; Grace is a member, and it is her active organization. */
export async function setUp(kind: DatabaseKind): Promise<Setup> {
  const api = await new Api(sharedSecret(secret)).start();
  const issuer = await organizationIssuer([api.endpoint], { database: await kind.open() });
  const [ada, grace] = [await signUp(issuer, "Ada"), await signUp(issuer, "Grace")];
  const acme = await createOrganization(ada, "acme");
  const member = await join(ada, grace, acme);
  await everythingSent(issuer);
  return { api, issuer, ada, grace, acme, member };
}

export async function everythingSent(issuer: OrganizationIssuer): Promise<void> {
  await vi.waitFor(async () => expect(await issuer.pending()).toEqual([]), { timeout: 20_000, interval: 5 });
}

const payloadOf = (token: string) => readJws(token).payload;

/**
 * Holds the next read of `model`, before or after it has happened, until `release`.
 *
 * @returns `reached` resolves when the read waits
 */
function holdRead({ adapter }: OrganizationIssuer, model: string, when: "before" | "after") {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { findOne } = adapter;
  adapter.findOne = (async (given: Parameters<typeof findOne>[0]) => {
    if (given.model !== model) return await findOne(given);
    adapter.findOne = findOne;
    const read = async () => await findOne(given);
    const early = when === "after" ? await read() : undefined;
    reach();
    await released;
    return when === "after" ? early : await read();
  }) as typeof findOne;
  return { reached, release };
}

/** The tests of one kind of database. */
export function testRaces(kind: DatabaseKind): void {
  test.for([
    ["removed", (setup: Setup) => post(setup.ada, "remove-member", { memberIdOrEmail: setup.grace.email })],
    [
      "given another role",
      ({ ada, member }: Setup) => post(ada, "update-member-role", { memberId: member, role: "admin" }),
    ],
    [
      "in no organization any more",
      ({ grace }: Setup) => post(grace, "set-active", { organizationId: null }),
    ],
    ["without their organization", ({ ada, acme }: Setup) => post(ada, "delete", { organizationId: acme })],
  ] as const)(
    "a token that read the membership before the user is %s, and is signed later",
    async ([, change]) => {
      const setup = await setUp(kind);
      const { issuer, api, grace } = setup;
      const hold = holdRead(issuer, "member", "after");
      const pendingToken = grace.browser.token();
      await hold.reached;
      await change(setup);
      await everythingSent(issuer);
      await pause(5);
      hold.release();
      const late = await pendingToken;
      expect(payloadOf(late)).toMatchObject({ org: setup.acme, org_role: "member" });
      expect(await api.verdict(late)).toBe("token_revoked");
      const fresh = await grace.browser.token();
      expect(payloadOf(fresh).org_role).not.toBe("member");
      expect(await api.verdict(fresh)).toBe("ok");
    },
  );

  test("a token that read the session before another organization is active", async () => {
    const setup = await setUp(kind);
    const { issuer, api, grace } = setup;
    const other = await createOrganization(grace, "initech");
    await post(grace, "set-active", { organizationId: setup.acme });
    await everythingSent(issuer);
    const hold = holdRead(issuer, "member", "before");
    const pendingToken = grace.browser.token();
    await hold.reached;
    await issuer.adapter.updateMany({
      model: "session",
      where: [{ field: "userId", value: grace.id }],
      update: { activeOrganizationId: other },
    });
    await everythingSent(issuer);
    hold.release();
    const late = await pendingToken;
    expect(payloadOf(late)).toMatchObject({ org: setup.acme });
    expect(await api.verdict(late)).toBe("token_revoked");
    expect(payloadOf(await grace.browser.token())).toMatchObject({ org: other });
  });

  // Elsewhere, the tokens wait for the commit.
  if (!kind.oneAtATime)
    test("tokens that are issued while the change is not yet committed", async () => {
      const { issuer, api, grace, member } = await setUp(kind);
      const during: string[] = [];
      await issuer.adapter.transaction(async (inner) => {
        await inner.update({
          model: "member",
          where: [{ field: "id", value: member }],
          update: { role: "admin" },
        });
        for (let count = 0; count < 3; count += 1) {
          await pause(20);
          during.push(await grace.browser.token());
        }
      });
      const after = await grace.browser.token();
      await everythingSent(issuer);
      expect(during.map((token) => payloadOf(token).org_role)).toEqual(["member", "member", "member"]);
      for (const token of during) expect(await api.verdict(token)).toBe("token_revoked");
      expect(payloadOf(after).org_role).toBe("admin");
      expect(await api.verdict(after)).toBe("ok");
    });

  test("a token fetched right after the answer to the change works, and no older one", async () => {
    const { issuer, api, ada, grace, member } = await setUp(kind);
    for (let count = 0; count < 25; count += 1) {
      const role = count % 2 === 0 ? "admin" : "member";
      const before = await grace.browser.token();
      await post(ada, "update-member-role", { memberId: member, role });
      const after = await grace.browser.token();
      await everythingSent(issuer);
      expect(payloadOf(after).org_role).toBe(role);
      expect([await api.verdict(before), await api.verdict(after)]).toEqual(["token_revoked", "ok"]);
    }
  });

  test("while a role changes and tokens are fetched all the time, no token keeps an old role", async () => {
    const { issuer, api, ada, grace, member } = await setUp(kind);
    const tokens: string[] = [];
    let isOver = false;
    const fetching = Array.from({ length: 4 }, async () => {
      while (!isOver) tokens.push(await grace.browser.token());
    });
    for (let count = 0; count < 20; count += 1)
      await post(ada, "update-member-role", { memberId: member, role: count % 2 === 0 ? "admin" : "member" });
    await post(ada, "update-member-role", { memberId: member, role: "admin" });
    const last = await grace.browser.token();
    isOver = true;
    await Promise.all(fetching);
    await everythingSent(issuer);
    const accepted = [];
    for (const token of tokens)
      if ((await api.verdict(token)) === "ok") accepted.push(payloadOf(token).org_role);
    expect(new Set(accepted.filter((role) => role !== "admin"))).toEqual(new Set());
    expect(await api.verdict(last)).toBe("ok");
    expect(tokens.length).toBeGreaterThan(20);
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
