import type { BetterAuthOptions } from "better-auth";
import { bearer } from "better-auth/plugins/bearer";
import { organization } from "better-auth/plugins/organization";
import { describe, expect, test } from "vitest";
import { audience, Browser, baseURL, instanceWith, migratedInstanceWith } from "../instance.ts";
import { readJws } from "../jws.ts";
import { pass, secondsAfterStart, signedInAfter, startTime, useClock } from "./clock.ts";

const hour = 3600;
const day = 24 * hour;

useClock();

async function ada(options: Partial<BetterAuthOptions> = {}) {
  const browser = new Browser(await migratedInstanceWith(options));
  await browser.signUp();
  return browser;
}

async function expiryOf(browser: Browser): Promise<number> {
  const answer = await browser.request("GET", "/get-session");
  const { session } = (await answer.json()) as { session: { expiresAt: string } };
  return Date.parse(session.expiresAt);
}

describe("auth_time (OpenID Connect Core section 2)", () => {
  test("is when the user signed in, in whole seconds, and the same in every token of the session", async () => {
    const browser = await ada();
    expect(readJws(await browser.token()).payload.auth_time).toBe(startTime);
    pass(hour);
    expect(await signedInAfter(browser)).toBe(0);
    const answer = await browser.request("GET", "/get-session");
    expect(secondsAfterStart(answer.headers.get("set-auth-jwt") ?? "")).toBe(0);
  });

  test("is new when the user signs in again, with or without the old session's cookie", async () => {
    const browser = await ada();
    pass(hour);
    expect(await signedInAfter(await browser.signIn())).toBe(hour);
    pass(hour);
    expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
    expect(await signedInAfter(await browser.signIn())).toBe(2 * hour);
  });

  test("is not changed when Better Auth extends the session (updateAge)", async () => {
    const browser = await ada({ session: { expiresIn: 7 * day, updateAge: day } });
    const expiry = await expiryOf(browser);
    pass(2 * day);
    expect(await expiryOf(browser)).toBe(expiry + 2 * day * 1000);
    expect(await signedInAfter(browser)).toBe(0);
  });

  test.each(["compact", "jwt", "jwe"] as const)(
    "is not changed by the cookie cache (%s)",
    async (strategy) => {
      const session = { updateAge: day, cookieCache: { enabled: true, maxAge: 300, strategy } };
      const auth = await migratedInstanceWith({ session }, { audience, disableSettingJwtHeader: false });
      const browser = new Browser(auth);
      await browser.signUp();
      for (const seconds of [10, hour, 2 * day]) {
        pass(seconds);
        expect(await signedInAfter(browser)).toBe(0);
        const answer = await browser.request("GET", "/get-session");
        expect(secondsAfterStart(answer.headers.get("set-auth-jwt") ?? "")).toBe(0);
      }
    },
  );

  test("is not changed when the cookie is the session: without a database", async () => {
    const auth = instanceWith({ database: undefined, session: { updateAge: hour } });
    const browser = new Browser(auth);
    await browser.signUp();
    for (const seconds of [10, hour, 2 * day]) {
      pass(seconds);
      expect((await browser.request("GET", "/get-session")).status).toBe(200);
      expect(await signedInAfter(browser)).toBe(0);
    }
  });

  test("is not changed when sessions are in secondary storage", async () => {
    const stored = new Map<string, string>();
    const browser = await ada({
      session: { updateAge: day },
      secondaryStorage: {
        get: (key) => stored.get(key) ?? null,
        set: (key, value) => void stored.set(key, value),
        delete: (key) => void stored.delete(key),
        getAndDelete: (key) => {
          const value = stored.get(key) ?? null;
          stored.delete(key);
          return value;
        },
        increment: (key) => Number(stored.set(key, String(Number(stored.get(key) ?? 0) + 1)).get(key)),
      },
    });
    pass(2 * day);
    expect((await browser.request("GET", "/get-session")).status).toBe(200);
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("is not changed by a new name or another active organization", async () => {
    const browser = new Browser(await migratedInstanceWith({}, undefined, [organization()]));
    await browser.signUp();
    pass(hour);
    expect((await browser.request("POST", "/update-user", { name: "Ada Lovelace" })).status).toBe(200);
    expect(await signedInAfter(browser)).toBe(0);

    const created = await browser.request("POST", "/organization/create", { name: "Acme", slug: "acme" });
    const { id } = (await created.json()) as { id: string };
    const activated = await browser.request("POST", "/organization/set-active", { organizationId: id });
    expect(activated.status).toBe(200);
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("is in tokens for a session that is sent as a bearer token", async () => {
    const auth = await migratedInstanceWith({}, undefined, [bearer()]);
    const browser = new Browser(auth);
    await browser.signUp();
    const session = (await (await browser.request("GET", "/get-session")).json()) as {
      session: { token: string };
    };
    pass(hour);
    const headers = { authorization: `Bearer ${session.session.token}` };
    const answer = await auth.handler(new Request(`${baseURL}/api/auth/token`, { headers }));
    expect(secondsAfterStart(((await answer.json()) as { token: string }).token)).toBe(0);
  });

  test("is not in tokens without a session: auth.api.signJWT", async () => {
    const auth = await migratedInstanceWith();
    const { token } = await auth.api.signJWT({ body: { payload: { sub: "user-1" } } });
    expect(secondsAfterStart(token)).toBeUndefined();
  });
});
