import { createHmac } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { apiKey } from "@better-auth/api-key";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { createAuthEndpoint, sessionMiddleware } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { admin } from "better-auth/plugins/admin";
import { anonymous } from "better-auth/plugins/anonymous";
import { bearer } from "better-auth/plugins/bearer";
import { deviceAuthorization } from "better-auth/plugins/device-authorization";
import { emailOTP } from "better-auth/plugins/email-otp";
import { magicLink } from "better-auth/plugins/magic-link";
import { multiSession } from "better-auth/plugins/multi-session";
import { oneTimeToken } from "better-auth/plugins/one-time-token";
import { twoFactor } from "better-auth/plugins/two-factor";
import { describe, expect, test } from "vitest";
import { Browser, baseURL, migratedInstanceWith } from "../instance.ts";
import { readJws } from "../jws.ts";
import { pass, secondsAfterStart, signedInAfter, useClock } from "./clock.ts";

const hour = 3600;
const password = "correct horse battery";

useClock();

/** Ada, who signed in an hour ago. */
async function ada(plugins: BetterAuthPlugin[], options: Partial<BetterAuthOptions> = {}) {
  const database = new DatabaseSync(":memory:");
  const auth = await migratedInstanceWith({ database, ...options }, undefined, plugins);
  const browser = new Browser(auth);
  const id = await browser.signUp();
  pass(hour);
  return { auth, browser, database, id };
}

async function post<Answer>(browser: Browser, path: string, body: object = {}): Promise<Answer> {
  const answer = await browser.request("POST", path, body);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Answer;
}

async function sessionOf(browser: Browser): Promise<{ id: string; token: string }> {
  const answer = await browser.request("GET", "/get-session");
  return ((await answer.json()) as { session: { id: string; token: string } }).session;
}

/** RFC 6238, for the secret in Better Auth's `otpauth:` URI (RFC 4648 base32). */
function totp(uri: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...(new URL(uri).searchParams.get("secret") ?? "")]
    .map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const hash = createHmac("sha1", key).update(counter).digest();
  const code = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, "0");
}

/** A plugin that replaces the user's session. */
function creatingSession(id: string, path: string): BetterAuthPlugin {
  const replace = createAuthEndpoint(path, { method: "POST", use: [sessionMiddleware] }, async (context) => {
    const { user } = context.context.session;
    const session = await context.context.internalAdapter.createSession(user.id);
    await setSessionCookie(context, { session, user });
    return context.json({});
  });
  return { id, endpoints: { replace } };
}

describe("a session that the user proves nothing for has the auth_time of the one before, or none", () => {
  test("an impersonated session has none; afterwards the administrator's own is back", async () => {
    const { auth, browser, database, id } = await ada([admin()]);
    const root = new Browser(auth);
    const rootId = await root.signUp("root@example.com", "Root");
    database.prepare(`update "user" set role = 'admin' where id = ?`).run(rootId);
    pass(hour);

    await post(root, "/admin/impersonate-user", { userId: id });
    const { payload } = readJws(await root.token());
    expect(payload).toMatchObject({ sub: id, act: { sub: rootId } });
    expect(payload).not.toHaveProperty("auth_time");
    const answer = await root.request("GET", "/get-session");
    expect(secondsAfterStart(answer.headers.get("set-auth-jwt") ?? "")).toBeUndefined();

    pass(60);
    await post(root, "/admin/stop-impersonating");
    expect(await signedInAfter(root)).toBe(hour);
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("an anonymous user has none, until they sign in", async () => {
    const { browser } = await ada([anonymous()]);
    const { auth } = await ada([anonymous()]);
    const stranger = new Browser(auth);
    await post(stranger, "/sign-in/anonymous");
    expect(await signedInAfter(stranger)).toBeUndefined();
    pass(60);
    expect(await signedInAfter(await stranger.signIn())).toBe(2 * hour + 60);
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("a device that the user approved has none, also after its session was extended", async () => {
    const plugins = [deviceAuthorization({ verificationUri: "/device" }), bearer()];
    const { auth, browser } = await ada(plugins, { session: { updateAge: hour } });
    const device = new Browser(auth);
    const code = await post<{ device_code: string; user_code: string }>(device, "/device/code", {
      client_id: "television",
    });
    expect((await browser.request("GET", `/device?user_code=${code.user_code}`)).status).toBe(200);
    await post(browser, "/device/approve", { userCode: code.user_code });
    const { access_token: token } = await post<{ access_token: string }>(device, "/device/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: code.device_code,
      client_id: "television",
    });

    const headers = { authorization: `Bearer ${token}` };
    const ask = (path: string) => auth.handler(new Request(`${baseURL}/api/auth${path}`, { headers }));
    for (const seconds of [0, 2 * hour, 24 * hour]) {
      pass(seconds);
      const answer = await ask("/token");
      expect(answer.status).toBe(200);
      expect(secondsAfterStart(((await answer.json()) as { token: string }).token)).toBeUndefined();
      const session = await ask("/get-session");
      expect(secondsAfterStart(session.headers.get("set-auth-jwt") ?? "")).toBeUndefined();
    }
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("GET /token is a 503 while it cannot be looked up whether the session is a device's", async () => {
    const { browser, database } = await ada([deviceAuthorization({ verificationUri: "/device" })]);
    database.exec(`alter table "verification" rename to "elsewhere"`);
    const answer = await browser.request("GET", "/token");
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
    database.exec(`alter table "elsewhere" rename to "verification"`);
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("an API key has none", async () => {
    const { auth, browser } = await ada([apiKey({ enableSessionForAPIKeys: true })]);
    const { key } = await post<{ key: string }>(browser, "/api-key/create", { name: "nightly build" });
    const headers = { "x-api-key": key };
    for (const cookie of ["", browser.headers.get("cookie") ?? ""]) {
      const request = new Request(`${baseURL}/api/auth/token`, { headers: { ...headers, cookie } });
      const { token } = (await (await auth.handler(request)).json()) as { token: string };
      expect(secondsAfterStart(token)).toBeUndefined();
    }
    const answer = await auth.handler(new Request(`${baseURL}/api/auth/get-session`, { headers }));
    expect(answer.status).toBe(200);
    const token = answer.headers.get("set-auth-jwt");
    expect(token === null ? undefined : secondsAfterStart(token)).toBeUndefined();
  });

  test.each([
    ["with the password", {}, { password }],
    ["at once (skipVerificationOnEnable)", { skipVerificationOnEnable: true }, { password }],
  ])("turning two-factor on %s and off keeps it", async (_name, options, body) => {
    const { browser } = await ada([twoFactor(options)]);
    const before = await sessionOf(browser);
    const { totpURI } = await post<{ totpURI: string }>(browser, "/two-factor/enable", body);
    if (Object.keys(options).length === 0)
      await post(browser, "/two-factor/verify-totp", { code: totp(totpURI) });
    const enabled = await sessionOf(browser);
    expect(enabled.id).not.toBe(before.id);
    expect(await signedInAfter(browser)).toBe(0);

    pass(60);
    await post(browser, "/two-factor/disable", { password });
    expect((await sessionOf(browser)).id).not.toBe(enabled.id);
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("turning two-factor on without a password (allowPasswordless) keeps it", async () => {
    let link = "";
    const sendMagicLink = async ({ token }: { token: string }) => {
      link = `/magic-link/verify?token=${token}`;
    };
    const plugins = [magicLink({ sendMagicLink }), twoFactor({ allowPasswordless: true })];
    const { auth } = await ada(plugins);
    const browser = new Browser(auth);
    await post(browser, "/sign-in/magic-link", { email: "grace@example.com" });
    expect((await browser.request("GET", link)).ok).toBe(true);
    expect(await signedInAfter(browser)).toBe(hour);

    pass(hour);
    const { totpURI } = await post<{ totpURI: string }>(browser, "/two-factor/enable");
    await post(browser, "/two-factor/verify-totp", { code: totp(totpURI) });
    expect(await signedInAfter(browser)).toBe(hour);
    await post(browser, "/two-factor/disable");
    expect(await signedInAfter(browser)).toBe(hour);
  });

  test.each([
    ["passkey", "/passkey/verify-registration", 0],
    ["electron", "/electron/token", undefined],
  ])("a session of the plugin %s, which is not installed here, at %s", async (id, path, expected) => {
    const { browser } = await ada([creatingSession(id, path)]);
    await post(browser, path);
    expect(await signedInAfter(browser)).toBe(expected);
  });

  test("switching between sessions of one browser gives each its own", async () => {
    const { browser } = await ada([multiSession()]);
    const first = await sessionOf(browser);
    await browser.signUp("grace@example.com", "Grace");
    expect(await signedInAfter(browser)).toBe(hour);
    pass(60);
    await post(browser, "/multi-session/set-active", { sessionToken: first.token });
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("a one-time token moves the session to another browser and keeps it", async () => {
    const { auth, browser } = await ada([oneTimeToken()]);
    const answer = await browser.request("GET", "/one-time-token/generate");
    const other = new Browser(auth);
    pass(60);
    await post(other, "/one-time-token/verify", (await answer.json()) as { token: string });
    expect(await signedInAfter(other)).toBe(0);
  });

  test("a verified address keeps it when the user is signed in already", async () => {
    let link = "";
    const { browser } = await ada([], {
      emailVerification: {
        autoSignInAfterVerification: true,
        sendVerificationEmail: async ({ token }) => {
          link = `/verify-email?token=${token}`;
        },
      },
    });
    await post(browser, "/send-verification-email", { email: "ada@example.com" });
    expect((await browser.request("GET", link)).ok).toBe(true);
    expect(await signedInAfter(browser)).toBe(0);
  });
});

describe("a session that the user proves who they are for has the current time", () => {
  test("a new password with revokeOtherSessions: the current one was entered", async () => {
    const { browser } = await ada([]);
    const before = await sessionOf(browser);
    const change = { currentPassword: password, newPassword: "a new password", revokeOtherSessions: true };
    const wrong = await browser.request("POST", "/change-password", { ...change, currentPassword: "guess" });
    expect(wrong.status).toBe(400);
    expect(await signedInAfter(browser)).toBe(0);
    await post(browser, "/change-password", change);
    expect((await sessionOf(browser)).id).not.toBe(before.id);
    expect(await signedInAfter(browser)).toBe(hour);
  });

  test("a new password that ends no session changes nothing", async () => {
    const { browser } = await ada([]);
    await post(browser, "/change-password", { currentPassword: password, newPassword: "a new password" });
    expect(await signedInAfter(browser)).toBe(0);
  });

  test("a sign-in with a second factor: when the second step is done", async () => {
    const { auth, browser } = await ada([twoFactor()]);
    const { totpURI } = await post<{ totpURI: string }>(browser, "/two-factor/enable", { password });
    await post(browser, "/two-factor/verify-totp", { code: totp(totpURI) });
    for (const again of [browser, new Browser(auth)]) {
      await again.signIn();
      pass(60);
      await post(again, "/two-factor/verify-totp", { code: totp(totpURI) });
    }
    expect(await signedInAfter(browser)).toBe(hour + 60);
  });

  test("a link that verifies the address and signs the user in (autoSignInAfterVerification)", async () => {
    let link = "";
    const { auth, browser } = await ada([], {
      emailVerification: {
        autoSignInAfterVerification: true,
        sendVerificationEmail: async ({ token }) => {
          link = `/verify-email?token=${token}`;
        },
      },
    });
    await post(browser, "/send-verification-email", { email: "ada@example.com" });
    const mailReader = new Browser(auth);
    expect((await mailReader.request("GET", link)).ok).toBe(true);
    expect(await signedInAfter(mailReader)).toBe(hour);
  });

  test("a sign-in with a social provider, but not linking one", async () => {
    const { browser } = await ada([], {
      account: { accountLinking: { enabled: true, trustedProviders: ["google"] } },
      socialProviders: {
        google: {
          clientId: "client",
          clientSecret: "secret",
          verifyIdToken: async () => true,
          getUserInfo: async () => ({
            user: { email: "ada@example.com", name: "Ada", emailVerified: true },
            data: { sub: "google-1" } as never,
          }),
        },
      },
    });
    const google = { provider: "google", idToken: { token: "of-google" } };
    await post(browser, "/link-social", google);
    expect(await signedInAfter(browser)).toBe(0);
    await post(browser, "/sign-in/social", google);
    expect(await signedInAfter(browser)).toBe(hour);
  });

  test("a code by e-mail", async () => {
    let code = "";
    const { browser } = await ada([
      emailOTP({
        sendVerificationOTP: async ({ otp }) => {
          code = otp;
        },
      }),
    ]);
    await post(browser, "/email-otp/send-verification-otp", { email: "ada@example.com", type: "sign-in" });
    await post(browser, "/sign-in/email-otp", { email: "ada@example.com", otp: code });
    expect(await signedInAfter(browser)).toBe(hour);
  });
});
