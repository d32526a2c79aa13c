import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join as joinPath } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { type LogoutDelivery, subscribe } from "../../src/index.ts";
import { Browser } from "../instance.ts";
import { readJws } from "../jws.ts";
import { createOrganization, join, organizationIssuer, post, signUp } from "../organization/issuer.ts";
import { openBackend } from "./backend.ts";
import { deliveriesTo } from "./deliveries.ts";
import { issuerFor, makeAdmin } from "./issuer.ts";

/** An attempt and a pause can take five seconds each, and the machine may be slow. */
const within = { timeout: 30_000, interval: 20 };

test("reports why each attempt fails: no connection, 400, 503, no answer; and that it is acknowledged", async () => {
  const [down, rejecting, unavailable, silent] = [
    await openBackend(),
    await openBackend(),
    await openBackend(),
    await openBackend(),
  ];
  const backends = [down, rejecting, unavailable, silent];
  await down.close();
  rejecting.status = 400;
  unavailable.status = 503;
  silent.silent = true;
  const events = deliveriesTo(...backends);
  const of = ({ endpoint }: { endpoint: string }, outcome: LogoutDelivery["outcome"]) =>
    events.filter((event) => event.endpoint === new URL(endpoint).origin && event.outcome === outcome);

  const { auth, pending, logged } = await issuerFor(backends.map(({ endpoint }) => endpoint));
  const browser = new Browser(auth);
  const subject = await browser.signUp();
  const sessionId = String(readJws(await browser.token()).payload.sid);
  await browser.request("POST", "/sign-out", {});
  const reasons = [
    [down, "ECONNREFUSED"],
    [rejecting, "it answered 400"],
    [unavailable, "it answered 503"],
    [silent, "no answer in time"],
  ] as const;
  for (const [backend, reason] of reasons) {
    const [first] = await vi.waitUntil(() => {
      const failed = of(backend, "failed");
      return failed.length > 0 && failed;
    }, within);
    expect(first).toEqual({
      endpoint: new URL(backend.endpoint).origin,
      outcome: "failed",
      reason,
      attempts: 1,
      age: expect.any(Number),
      retryIn: expect.any(Number),
      kind: "session",
      subject,
      sessionId,
    });
    expect(first?.retryIn).toBeGreaterThan(0);
    expect(first?.retryIn).toBeLessThanOrEqual(0.25);
  }
  expect(of(silent, "failed")[0]?.age).toBeGreaterThanOrEqual(5);

  for (const backend of [rejecting, unavailable]) backend.status = 200;
  silent.release();
  await down.open();
  await vi.waitUntil(() => pending().length === 0, within);
  await vi.waitFor(() => expect(events.filter(({ outcome }) => outcome === "acknowledged")).toHaveLength(4));
  for (const backend of backends) {
    const failed = of(backend, "failed");
    expect(failed.map(({ attempts }) => attempts)).toEqual(failed.map((_, index) => index + 1));
    expect(of(backend, "acknowledged")).toMatchObject([{ attempts: failed.length + 1, subject, sessionId }]);
    expect(of(backend, "acknowledged")[0]).not.toHaveProperty("reason");
  }

  const lines = logged.filter(({ message }) => message.startsWith("usherJwt"));
  expect(lines.filter(({ level }) => level === "warn")).toHaveLength(4);
  for (const [{ endpoint }, reason] of reasons)
    expect(lines).toContainEqual({
      level: "warn",
      message: expect.stringContaining(
        `${new URL(endpoint).origin} did not accept a logout token (${reason})`,
      ),
    });
  for (const { message } of lines) for (const id of [subject, sessionId]) expect(message).not.toContain(id);
  expect(JSON.stringify(events)).not.toContain("eyJ");
});

test("a session, a user's sessions and memberships have different kinds", async () => {
  const backend = await openBackend();
  const events = deliveriesTo(backend);
  const { auth, database, pending } = await issuerFor([backend.endpoint]);
  const [phone, root] = [new Browser(auth), new Browser(auth)];
  const id = await phone.signUp();
  makeAdmin(database, await root.signUp("root@example.com", "Root"));
  await root.request("POST", "/admin/ban-user", { userId: id });
  await vi.waitUntil(() => pending().length === 0, within);
  await vi.waitFor(() => expect(events.length).toBeGreaterThanOrEqual(2));
  const kinds = events.map(({ kind, subject, sessionId }) => `${kind} ${subject === id} ${typeof sessionId}`);
  expect(kinds.sort()).toEqual(["session true string", "user true undefined"]);

  const organizations = await openBackend();
  const changes = deliveriesTo(organizations);
  const issuer = await organizationIssuer([organizations.endpoint]);
  const [ada, grace] = [await signUp(issuer, "Ada"), await signUp(issuer, "Grace")];
  const acme = await createOrganization(ada, "acme");
  const memberId = await join(ada, grace, acme);
  await vi.waitFor(async () => expect(await issuer.pending()).toEqual([]), within);
  changes.length = 0;
  await post(ada, "update-member-role", { memberId, role: "admin" });
  await vi.waitUntil(() => changes.length > 0, within);
  expect(changes).toMatchObject([{ kind: "memberships", subject: grace.id, outcome: "acknowledged" }]);
  expect(changes[0]).not.toHaveProperty("sessionId");

  // A list of users in one row becomes one delivery each.
  changes.length = 0;
  await post(ada, "delete", { organizationId: acme });
  await vi.waitFor(async () => expect(await issuer.pending()).toEqual([]), within);
  await vi.waitFor(() =>
    expect(new Set(changes.map(({ subject }) => subject))).toEqual(new Set([ada.id, grace.id])),
  );
  expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(["memberships"]));
});

test("of several issuers on one database, exactly one reports each delivery", async () => {
  const folder = mkdtempSync(joinPath(tmpdir(), "usher-issuer-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const open = () => {
    const database = new DatabaseSync(joinPath(folder, "auth.sqlite"), { timeout: 5000 });
    database.exec("pragma journal_mode = wal");
    return database;
  };
  const backend = await openBackend();
  const events = deliveriesTo(backend);
  const issuers = [];
  for (let count = 0; count < 3; count += 1)
    issuers.push(await issuerFor([backend.endpoint], { database: open() }));
  const [one] = issuers as [(typeof issuers)[number]];
  await new Browser(one.auth).signUp();
  const sids: unknown[] = [];
  for (let count = 0; count < 20; count += 1) {
    const browser = await new Browser((issuers[count % 3] ?? one).auth).signIn();
    sids.push(readJws(await browser.token()).payload.sid);
    await browser.request("POST", "/sign-out", {});
  }
  await vi.waitUntil(() => one.pending().length === 0, within);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(events.map(({ outcome }) => outcome)).toEqual(Array(20).fill("acknowledged"));
  expect(events.map(({ sessionId }) => sessionId).sort()).toEqual(sids.sort());
});

test("a subscriber and a logger that fail change nothing", async () => {
  const warn = vi.spyOn(process, "emitWarning").mockReturnValue(undefined);
  onTestFinished(() => warn.mockRestore());
  onTestFinished(
    subscribe("usher:delivery", () => {
      throw new Error("subscriber");
    }),
  );
  onTestFinished(subscribe("usher:delivery", () => new Promise(() => {})));
  const backend = await openBackend();
  backend.status = 503;
  const { auth, pending } = await issuerFor([backend.endpoint], {
    logger: {
      level: "debug",
      log: (_level, message) => {
        if (message.startsWith("usherJwt")) throw new Error("logger");
      },
    },
  });
  const browser = new Browser(auth);
  await browser.signUp();
  expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
  await vi.waitUntil(() => backend.arrived.length >= 2, within);
  backend.status = 200;
  await vi.waitUntil(() => pending().length === 0, within);
  expect(warn).toHaveBeenCalledTimes(1);
});
