import type { BetterAuthPlugin } from "better-auth";
import { expect, test, vi } from "vitest";
import { type Backend, openBackend } from "../logout/backend.ts";
import { createOrganization, join, type OrganizationIssuer, organizationIssuer, signUp } from "./issuer.ts";

/** As with an adapter that has no transactions: each write stays, whatever happens after it. */
const withoutTransactions: BetterAuthPlugin = {
  id: "without-transactions",
  init({ adapter }) {
    adapter.transaction = (work) => work(adapter);
  },
};

async function everythingSent(issuer: OrganizationIssuer): Promise<void> {
  await vi.waitFor(async () => expect(await issuer.pending()).toEqual([]), { timeout: 20_000, interval: 5 });
}

/** Ada owns an organization in which Grace is a member. Nothing waits. */
async function setUp(setup: Parameters<typeof organizationIssuer>[1] = {}) {
  const backend: Backend = await openBackend();
  const issuer = await organizationIssuer([backend.endpoint], setup);
  const [ada, grace] = [await signUp(issuer, "Ada"), await signUp(issuer, "Grace")];
  const acme = await createOrganization(ada, "acme");
  const member = await join(ada, grace, acme);
  await everythingSent(issuer);
  backend.acknowledged.length = 0;
  return { backend, issuer, grace, member };
}

const toMember = (id: string) => ({
  model: "member",
  where: [{ field: "id", value: id }],
  update: { role: "admin" },
});

test("a change whose process ended before it could say when is sent with a time after the change", async () => {
  const { backend, issuer, grace } = await setUp();
  const now = Date.now();
  await issuer.adapter.create({
    model: "usherLogout",
    data: {
      endpoint: backend.endpoint,
      subject: grace.id,
      awaits: "change:of-a-process-that-ended",
      happenedAt: new Date(now - 10_000),
      keepUntil: new Date(now + 300_000),
      dueAt: new Date(now),
      attempts: 0,
    },
  });
  await everythingSent(issuer);
  const [{ payload }] = backend.acknowledged as [Backend["acknowledged"][number]];
  expect(payload).toMatchObject({ sub: grace.id });
  expect(payload.toe).toBeGreaterThanOrEqual(now / 1000);
});

/** Updates of members wait until `release`. */
function holdUpdates() {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let isHeld = false;
  const holding: BetterAuthPlugin = {
    id: "holding-updates",
    init({ adapter }) {
      const { update } = adapter;
      adapter.update = async (given) => {
        if (isHeld && given.model === "member") await released;
        return await update(given);
      };
    },
  };
  const hold = () => {
    isHeld = true;
  };
  return { holding, hold, release };
}

test("a change that is not yet made is not sent", async () => {
  const { holding, hold, release } = holdUpdates();
  const { backend, issuer, grace, member } = await setUp({ earlier: [withoutTransactions, holding] });
  hold();
  const change = issuer.adapter.update(toMember(member));
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await issuer.pending()).toMatchObject([{ subject: grace.id, session: null }]);
  expect(backend.acknowledged).toEqual([]);
  release();
  await change;
  await everythingSent(issuer);
  expect(backend.acknowledged.map(({ payload }) => payload.sub)).toEqual([grace.id]);
});

test("without transactions, each write of one is a separate change, and is sent at once", async () => {
  const { backend, issuer, grace, member } = await setUp({ earlier: [withoutTransactions] });
  await issuer.adapter.transaction(async (inner) => {
    for (const count of [1, 2]) {
      await inner.update(toMember(member));
      await everythingSent(issuer);
      expect(backend.acknowledged.map(({ payload }) => payload.sub)).toEqual(Array(count).fill(grace.id));
    }
  });
  await everythingSent(issuer);
  expect(backend.acknowledged).toHaveLength(2);
});

test("without transactions, a failed one changes what it wrote before it failed", async () => {
  const { backend, issuer, grace, member } = await setUp({ earlier: [withoutTransactions] });
  const failing = issuer.adapter.transaction(async (inner) => {
    await inner.update(toMember(member));
    throw new Error("after the first write");
  });
  await expect(failing).rejects.toThrow("after the first write");
  await everythingSent(issuer);
  expect(backend.acknowledged.map(({ payload }) => payload.sub)).toEqual([grace.id]);
});

test("a change that was sent before it was made, because it took long, is sent again", async () => {
  const { holding, hold, release } = holdUpdates();
  const { backend, issuer, grace, member } = await setUp({ earlier: [withoutTransactions, holding] });
  hold();
  const change = issuer.adapter.update(toMember(member));
  await vi.waitFor(async () => expect(await issuer.pending()).toHaveLength(1), { interval: 5 });
  // What a worker does after ten seconds.
  await issuer.adapter.updateMany({
    model: "usherLogout",
    where: [{ field: "subject", value: grace.id }],
    update: { dueAt: new Date() },
  });
  await vi.waitUntil(() => backend.acknowledged.length === 1, { timeout: 10_000 });
  await everythingSent(issuer);
  release();
  await change;
  await everythingSent(issuer);
  const [early, late] = backend.acknowledged.map(({ payload }) => payload);
  expect([early?.sub, late?.sub]).toEqual([grace.id, grace.id]);
  expect(Number(late?.toe)).toBeGreaterThan(Number(early?.toe));
});

test("a change is made though its time cannot be stored, which a line in the log says", async () => {
  const failing: { isDown: boolean } = { isDown: false };
  const losing: BetterAuthPlugin = {
    id: "losing-the-database",
    init({ adapter }) {
      const { updateMany } = adapter;
      adapter.updateMany = async (given) => {
        if (failing.isDown && given.model === "usherLogout") throw new Error("connection lost");
        return await updateMany(given);
      };
    },
  };
  const { backend, issuer, grace, member } = await setUp({ earlier: [losing] });
  failing.isDown = true;
  expect(await issuer.adapter.update(toMember(member))).toMatchObject({ role: "admin" });
  failing.isDown = false;
  const lines = issuer.logged.filter((line) => line.startsWith("usherJwt"));
  expect(lines).toEqual([expect.stringContaining("a change of memberships is sent in some seconds only")]);
  expect(await issuer.pending()).toMatchObject([{ subject: grace.id }]);
  expect(backend.acknowledged).toEqual([]);
});
