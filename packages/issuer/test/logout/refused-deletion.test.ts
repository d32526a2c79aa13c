import { createHmac } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { sharedSecret } from "@usher-auth/verify";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { twoFactor } from "better-auth/plugins/two-factor";
import { describe, expect, test, vi } from "vitest";
import { Browser, secret } from "../instance.ts";
import { readJws } from "../jws.ts";
import { Api } from "./api.ts";
import { openBackend } from "./backend.ts";
import { issuerFor } from "./issuer.ts";

type DatabaseHooks = NonNullable<BetterAuthOptions["databaseHooks"]>;

const within = { timeout: 20_000, interval: 20 };

/** Hooks that refuse to delete Ada and her sessions until `allowed` is set. */
function refusing() {
  const refusal = { allowed: false, userId: "" };
  const before = async ({ id, userId }: { id: string; userId?: unknown }) =>
    refusal.allowed || (userId ?? id) !== refusal.userId;
  const databaseHooks: DatabaseHooks = { session: { delete: { before } }, user: { delete: { before } } };
  return { refusal, databaseHooks };
}

const pluginWith = (databaseHooks: DatabaseHooks): BetterAuthPlugin => ({
  id: "later",
  init: () => ({ options: { databaseHooks } }),
});

/** An API and its issuer with refusing hooks. Ada and Grace are signed in. */
async function withRefusingHook(where: "the application" | "a later plugin") {
  const api = await new Api(sharedSecret(secret)).start();
  const { refusal, databaseHooks } = refusing();
  const setup = where === "the application" ? { databaseHooks } : { later: [pluginWith(databaseHooks)] };
  const issuer = await issuerFor([api.endpoint], setup);
  const [ada, grace] = [new Browser(issuer.auth), new Browser(issuer.auth)];
  refusal.userId = await ada.signUp();
  await grace.signUp("grace@example.com", "Grace");
  /** Waits until Grace's sign-out has arrived, and so everything that was due before it. */
  async function everythingSent(): Promise<void> {
    const token = await grace.token();
    await grace.request("POST", "/sign-out", {});
    await vi.waitFor(async () => expect(await api.verdict(token)).toBe("token_revoked"), within);
  }
  return { api, issuer, refusal, ada, everythingSent };
}

describe.for(["the application", "a later plugin"] as const)("when %s refuses a deletion", (where) => {
  test("the API still accepts tokens of the session", async () => {
    const { api, issuer, ada, everythingSent } = await withRefusingHook(where);
    const before = await ada.token();
    const session = await (await ada.request("GET", "/get-session")).json();
    const { token } = (session as { session: { token: string } }).session;
    await ada.request("POST", "/revoke-session", { token });
    const alive = issuer.database
      .prepare(`select count(*) as count from "session" where token = ?`)
      .get(token);
    expect(alive).toEqual({ count: 1 });
    await everythingSent();
    expect(await api.verdict(before)).toBe("ok");
    const again = await (await ada.signIn()).token();
    expect(await api.verdict(again)).toBe("ok");
  });

  test("the API still accepts tokens of the user", async () => {
    const { api, refusal, issuer, ada, everythingSent } = await withRefusingHook(where);
    const phone = await new Browser(issuer.auth).signIn();
    expect(
      (await ada.request("POST", "/delete-user", { password: "correct horse battery" })).status,
    ).toBeLessThan(500);
    expect(
      issuer.database.prepare(`select count(*) as count from "user" where id = ?`).get(refusal.userId),
    ).toEqual({
      count: 1,
    });
    await everythingSent();
    expect(await api.verdict(await phone.token())).toBe("ok");
  });

  test("sends the logout once the deletion is allowed", async () => {
    const { api, refusal, ada } = await withRefusingHook(where);
    const token = await ada.token();
    await ada.request("POST", "/sign-out", {});
    refusal.allowed = true;
    await ada.signIn();
    const fresh = await ada.token();
    await ada.request("POST", "/revoke-sessions", {});
    await vi.waitFor(async () => {
      expect([await api.verdict(token), await api.verdict(fresh)]).toEqual([
        "token_revoked",
        "token_revoked",
      ]);
    }, within);
  });
});

test("sends the logout soon after a slow hook allows the deletion", async () => {
  const backend = await openBackend();
  const before = () => new Promise<undefined>((resolve) => setTimeout(resolve, 400, undefined));
  const { auth, pending } = await issuerFor([backend.endpoint], {
    databaseHooks: { session: { delete: { before } } },
  });
  const browser = new Browser(auth);
  await browser.signUp();
  const { sid } = readJws(await browser.token()).payload;
  await browser.request("POST", "/sign-out", {});
  await vi.waitUntil(() => pending().length === 0, within);
  expect(backend.acknowledged.map(({ payload }) => payload.sid)).toEqual([sid]);
});

describe("sign-in with a second factor", () => {
  test("a correct password alone queues no logout; the later sign-out is sent", async () => {
    const backend = await openBackend();
    const database = new DatabaseSync(":memory:");
    const { auth, pending } = await issuerFor([backend.endpoint], {
      database,
      later: [twoFactor({ skipVerificationOnEnable: true })],
    });
    const password = "correct horse battery";
    const browser = new Browser(auth);
    await browser.signUp();
    const enabled = await browser.request("POST", "/two-factor/enable", { password });
    const { totpURI } = (await enabled.json()) as { totpURI: string };
    await vi.waitUntil(() => pending().length === 0, within);
    const told = backend.acknowledged.length;

    const fresh = new Browser(auth);
    for (let count = 0; count < 3; count += 1) {
      const answer = await fresh.request("POST", "/sign-in/email", { email: "ada@example.com", password });
      expect(await answer.json()).toMatchObject({ twoFactorRedirect: true });
      expect(pending()).toEqual([]);
    }
    expect((await fresh.request("POST", "/two-factor/verify-totp", { code: totp(totpURI) })).status).toBe(
      200,
    );
    const { sid } = readJws(await fresh.token()).payload;
    expect(backend.arrived).toHaveLength(told);

    await fresh.request("POST", "/sign-out", {});
    await vi.waitUntil(() => pending().length === 0, within);
    expect(backend.acknowledged.slice(told).map(({ payload }) => payload.sid)).toEqual([sid]);
  });
});

/** RFC 6238, as in an authenticator app: six digits of HMAC-SHA-1 over the current 30 seconds. */
function totp(uri: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const text = new URL(uri).searchParams.get("secret") ?? "";
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
