import { beforeEach, describe, expect, test, vi } from "vitest";
import { Browser } from "../instance.ts";
import { readJws } from "../jws.ts";
import { type Backend, openBackend } from "./backend.ts";
import { type Issuer, issuerFor, makeAdmin, resetTokens } from "./issuer.ts";

let backend: Backend;
let issuer: Issuer;
/** Ada on two devices, Grace on one, and an administrator. */
let ada: { id: string; phone: Browser; laptop: Browser; sids: [string, string] };
let grace: { id: string; browser: Browser; sid: string };
let root: Browser;

beforeEach(async () => {
  backend = await openBackend();
  issuer = await issuerFor([backend.endpoint]);
  const [phone, browser] = [new Browser(issuer.auth), new Browser(issuer.auth)];
  const id = await phone.signUp();
  const laptop = await new Browser(issuer.auth).signIn();
  ada = { id, phone, laptop, sids: [await sidOf(phone), await sidOf(laptop)] };
  grace = { browser, id: await browser.signUp("grace@example.com", "Grace"), sid: await sidOf(browser) };
  root = new Browser(issuer.auth);
  makeAdmin(issuer.database, await root.signUp("root@example.com", "Root"));
});

async function sidOf(browser: Browser): Promise<string> {
  return String(readJws(await browser.token()).payload.sid);
}

async function sessionTokenOf(browser: Browser): Promise<string> {
  const response = await browser.request("GET", "/get-session");
  return ((await response.json()) as { session: { token: string } }).session.token;
}

async function succeed(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  expect(response.status, await response.clone().text()).toBe(200);
}

/** Waits until everything recorded is delivered, and returns it. */
async function sent(count: number): Promise<Backend["ends"]> {
  await vi.waitFor(() => expect(backend.acknowledged.length).toBeGreaterThanOrEqual(count), {
    timeout: 10_000,
  });
  await vi.waitFor(() => expect(issuer.pending()).toEqual([]), { timeout: 10_000 });
  return backend.ends;
}

const session = (sid: string, sub = ada.id) => ({ sub, sid });
const sorted = (ends: Backend["ends"]) =>
  ends.sort((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other)));

/** A request that ends sessions, and what the backend must get. */
type Case = [title: string, end: () => Promise<Response>, ended: () => Backend["ends"]];

const newPassword = { currentPassword: "correct horse battery", newPassword: "another horse battery" };
const allOfAda = () => ada.sids.map((sid) => session(sid));

async function resetPassword(): Promise<Response> {
  const browser = new Browser(issuer.auth);
  await succeed(browser.request("POST", "/request-password-reset", { email: "ada@example.com" }));
  const token = await vi.waitUntil(() => resetTokens.get("ada@example.com"));
  return browser.request("POST", "/reset-password", { newPassword: "another horse battery", token });
}

describe("a session that ends early", () => {
  test.each<Case>([
    [
      "sign-out: that session only",
      () => ada.phone.request("POST", "/sign-out", {}),
      () => [session(ada.sids[0])],
    ],
    [
      "revoke-session: the session given",
      async () => ada.phone.request("POST", "/revoke-session", { token: await sessionTokenOf(ada.laptop) }),
      () => [session(ada.sids[1])],
    ],
    [
      "revoke-other-sessions: every session except the current one",
      () => ada.phone.request("POST", "/revoke-other-sessions", {}),
      () => [session(ada.sids[1])],
    ],
    [
      "revoke-sessions: all sessions of the user",
      () => ada.phone.request("POST", "/revoke-sessions", {}),
      allOfAda,
    ],
    [
      "change-password with revokeOtherSessions: the former sessions",
      () => ada.phone.request("POST", "/change-password", { ...newPassword, revokeOtherSessions: true }),
      allOfAda,
    ],
    ["reset-password with revokeSessionsOnPasswordReset: all sessions", resetPassword, allOfAda],
    [
      "admin/revoke-user-session: that session",
      async () =>
        root.request("POST", "/admin/revoke-user-session", {
          sessionToken: await sessionTokenOf(ada.laptop),
        }),
      () => [session(ada.sids[1])],
    ],
    [
      "admin/revoke-user-sessions: all sessions of the user",
      () => root.request("POST", "/admin/revoke-user-sessions", { userId: ada.id }),
      allOfAda,
    ],
  ])("%s", async (_title, end, ended) => {
    await succeed(end());
    expect(await sent(ended().length)).toEqual(sorted(ended()));
  });

  test("change-password with revokeOtherSessions: not the new session", async () => {
    const change = { ...newPassword, revokeOtherSessions: true };
    await succeed(ada.phone.request("POST", "/change-password", change));
    await sent(2);
    expect(ada.sids).not.toContain(await sidOf(ada.phone));
  });

  test("change-password without it: nothing", async () => {
    await succeed(ada.phone.request("POST", "/change-password", newPassword));
    expect(issuer.pending()).toEqual([]);
    expect(await sidOf(ada.laptop)).toBe(ada.sids[1]);
  });

  test("revoke-session: another user's session neither ends nor is sent", async () => {
    const token = await sessionTokenOf(grace.browser);
    await ada.phone.request("POST", "/revoke-session", { token });
    expect(issuer.pending()).toEqual([]);
    expect(await sidOf(grace.browser)).toBe(grace.sid);
  });
});

test("sends the end of a session that server code creates and deletes outside a request", async () => {
  const { internalAdapter } = await issuer.auth.$context;
  const { id, token } = await internalAdapter.createSession(ada.id);
  await internalAdapter.deleteSession(token);
  expect(await sent(1)).toEqual([session(id)]);
});

describe("a banned or deleted user: all sessions, without a sid", () => {
  test.each<[title: string, end: () => Promise<Response>]>([
    ["admin/ban-user", () => root.request("POST", "/admin/ban-user", { userId: ada.id })],
    [
      "admin/update-user to banned",
      () => root.request("POST", "/admin/update-user", { userId: ada.id, data: { banned: true } }),
    ],
    ["admin/remove-user", () => root.request("POST", "/admin/remove-user", { userId: ada.id })],
    ["delete-user", () => ada.phone.request("POST", "/delete-user", { password: "correct horse battery" })],
  ])("%s", async (_title, end) => {
    await succeed(end());
    expect(await sent(3)).toEqual(sorted([{ sub: ada.id }, ...allOfAda()]));
  });
});

describe("more sessions than Better Auth passes to its hooks: all of them, without a sid", () => {
  beforeEach(async () => {
    for (let count = 0; count < 110; count += 1) await new Browser(issuer.auth).signIn();
  });

  const ofAll = (ends: Backend["ends"]) => ends.filter(({ sub, sid }) => sub === ada.id && sid === undefined);

  test("when they are revoked in one request", async () => {
    await succeed(ada.phone.request("POST", "/revoke-sessions", {}));
    const ends = await sent(101);
    expect(ofAll(ends)).toHaveLength(1);
    expect(ends.every(({ sub }) => sub === ada.id)).toBe(true);
  });

  test("when most of them have expired and were never deleted", async () => {
    const past = new Date(Date.now() - 60_000).toISOString();
    const living = [ada.sids[0], await sidOf(await new Browser(issuer.auth).signIn())];
    issuer.database
      .prepare(`update "session" set "expiresAt" = ? where "userId" = ? and id not in (?, ?)`)
      .run(past, ada.id, ...living);
    await succeed(ada.phone.request("POST", "/revoke-sessions", {}));
    const ends = await sent(2);
    expect(ofAll(ends)).toHaveLength(1);
    expect(ends).toHaveLength(2);
  });

  test("when server code revokes them outside a request", async () => {
    await (await issuer.auth.$context).internalAdapter.deleteUserSessions(ada.id);
    expect(ofAll(await sent(101))).toHaveLength(1);
  });
});

describe("sends nothing", () => {
  test("when Better Auth deletes an expired session", async () => {
    const past = new Date(Date.now() - 60_000).toISOString();
    issuer.database.prepare(`update "session" set "expiresAt" = ? where id = ?`).run(past, ada.sids[0]);
    expect(await (await ada.phone.request("GET", "/get-session")).json()).toBeNull();
    const left = issuer.database.prepare(`select id from "session" where id = ?`).get(ada.sids[0]);
    expect(left).toBeUndefined();
    expect(issuer.pending()).toEqual([]);
    expect(backend.arrived).toEqual([]);
  });

  test("for a sign-in, a changed name or a lifted ban", async () => {
    await succeed(ada.phone.request("POST", "/update-user", { name: "Countess" }));
    await succeed(root.request("POST", "/admin/unban-user", { userId: ada.id }));
    await new Browser(issuer.auth).signIn();
    expect(issuer.pending()).toEqual([]);
    expect(backend.arrived).toEqual([]);
  });

  test("for the session of an immediate new sign-in", async () => {
    await succeed(ada.phone.request("POST", "/sign-out", {}));
    await ada.phone.signIn();
    const again = await sidOf(ada.phone);
    expect(await sent(1)).toEqual([session(ada.sids[0])]);
    expect(ada.sids).not.toContain(again);
  });
});

describe("the record and the deletion are one transaction", () => {
  const change = { ...newPassword, revokeOtherSessions: true };

  test("a rolled back change sends nothing", async () => {
    let failing = false;
    const refuse = async () => !failing;
    const { auth, pending, database } = await issuerFor([backend.endpoint], {
      databaseHooks: { session: { create: { before: refuse } } },
    });
    const browser = new Browser(auth);
    await browser.signUp();
    failing = true;
    expect((await browser.request("POST", "/change-password", change)).status).toBe(500);
    expect(database.prepare(`select * from "session"`).all()).toHaveLength(1);
    expect(pending()).toEqual([]);
    failing = false;
    expect((await browser.request("POST", "/change-password", change)).status).toBe(200);
    expect(await vi.waitUntil(() => backend.acknowledged[0])).toBeDefined();
  });

  test("a session does not end if its logout cannot be recorded", async () => {
    await issuer.stop();
    issuer.database.exec(`alter table "usherLogout" rename to "elsewhere"`);
    const token = await sessionTokenOf(ada.laptop);
    expect((await ada.phone.request("POST", "/revoke-session", { token })).status).toBe(500);
    expect(await sidOf(ada.laptop)).toBe(ada.sids[1]);
  });
});
