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

const patience = { timeout: 20_000, interval: 20 };

/** Hooks that refuse Ada's deletions until they are told to agree. Grace may always go. */
function refusing() {
  const veto = { agrees: false, of: "" };
  const before = async ({ id, userId }: { id: string; userId?: unknown }) =>
    veto.agrees || (userId ?? id) !== veto.of;
  const databaseHooks: DatabaseHooks = { session: { delete: { before } }, user: { delete: { before } } };
  return { veto, databaseHooks };
}

const pluginWith = (databaseHooks: DatabaseHooks): BetterAuthPlugin => ({
  id: "later",
  init: () => ({ options: { databaseHooks } }),
});

/** An API and its issuer with hooks that refuse; Ada and Grace, signed in. */
async function underVeto(where: "the application" | "a later plugin") {
  const api = await new Api(sharedSecret(secret)).start();
  const { veto, databaseHooks } = refusing();
  const setup = where === "the application" ? { databaseHooks } : { later: [pluginWith(databaseHooks)] };
  const issuer = await issuerFor([api.endpoint], setup);
  const [ada, grace] = [new Browser(issuer.auth), new Browser(issuer.auth)];
  veto.of = await ada.signUp();
  await grace.signUp("grace@example.com", "Grace");
  /** Grace's sign-out is told, and with it all that could be by then. */
  async function everythingTold(): Promise<void> {
    const token = await grace.token();
    await grace.request("POST", "/sign-out", {});
    await vi.waitFor(async () => expect(await api.verdict(token)).toBe("token_revoked"), patience);
  }
  return { api, issuer, veto, ada, everythingTold };
}

describe.for(["the application", "a later plugin"] as const)("a deletion that %s refuses", (where) => {
  test("a session that lives on goes on getting tokens that the API accepts", async () => {
    const { api, issuer, ada, everythingTold } = await underVeto(where);
    const before = await ada.token();
    const session = await (await ada.request("GET", "/get-session")).json();
    const { token } = (session as { session: { token: string } }).session;
    await ada.request("POST", "/revoke-session", { token });
    const alive = issuer.database
      .prepare(`select count(*) as count from "session" where token = ?`)
      .get(token);
    expect(alive).toEqual({ count: 1 });
    await everythingTold();
    expect(await api.verdict(before)).toBe("ok");
    const again = await (await ada.signIn()).token();
    expect(await api.verdict(again)).toBe("ok");
  });

  test("a user who is not deleted after all goes on as well", async () => {
    const { api, veto, issuer, ada, everythingTold } = await underVeto(where);
    const phone = await new Browser(issuer.auth).signIn();
    expect(
      (await ada.request("POST", "/delete-user", { password: "correct horse battery" })).status,
    ).toBeLessThan(500);
    expect(issuer.database.prepare(`select count(*) as count from "user" where id = ?`).get(veto.of)).toEqual(
      {
        count: 1,
      },
    );
    await everythingTold();
    expect(await api.verdict(await phone.token())).toBe("ok");
  });

  test("once they agree, the end is told", async () => {
    const { api, veto, ada } = await underVeto(where);
    const token = await ada.token();
    await ada.request("POST", "/sign-out", {});
    veto.agrees = true;
    await ada.signIn();
    const fresh = await ada.token();
    await ada.request("POST", "/revoke-sessions", {});
    await vi.waitFor(async () => {
      expect([await api.verdict(token), await api.verdict(fresh)]).toEqual([
        "token_revoked",
        "token_revoked",
      ]);
    }, patience);
  });
});

test("hooks that take their time before they agree hold up no sign-out's logout for long", async () => {
  const backend = await openBackend();
  const before = () => new Promise<undefined>((resolve) => setTimeout(resolve, 400, undefined));
  const { auth, pending } = await issuerFor([backend.endpoint], {
    databaseHooks: { session: { delete: { before } } },
  });
  const browser = new Browser(auth);
  await browser.signUp();
  const { sid } = readJws(await browser.token()).payload;
  await browser.request("POST", "/sign-out", {});
  await vi.waitUntil(() => pending().length === 0, patience);
  expect(backend.acknowledged.map(({ payload }) => payload.sid)).toEqual([sid]);
});

describe("sign-in with a second factor", () => {
  test("a correct password queues no logout for the session that no client ever had; the sign-out later is told", async () => {
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
    await vi.waitUntil(() => pending().length === 0, patience);
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
    await vi.waitUntil(() => pending().length === 0, patience);
    expect(backend.acknowledged.slice(told).map(({ payload }) => payload.sid)).toEqual([sid]);
  });
});

/** RFC 6238, as an authenticator app has it: six digits of HMAC-SHA-1 over the half minute. */
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
