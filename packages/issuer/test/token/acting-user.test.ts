import { DatabaseSync } from "node:sqlite";
import type { BetterAuthOptions, BetterAuthPlugin } from "better-auth";
import { admin } from "better-auth/plugins/admin";
import { anonymous } from "better-auth/plugins/anonymous";
import { describe, expect, test } from "vitest";
import { Browser, migratedInstanceWith } from "../instance.ts";
import { readJws } from "../jws.ts";

const instanceOf = (others: BetterAuthPlugin[], options: Partial<BetterAuthOptions> = {}) =>
  migratedInstanceWith(options, undefined, others);

const claimsOf = async (browser: Browser) => readJws(await browser.token()).payload;

describe("the claims about the user", () => {
  test("email_verified is true only after the user has verified the address", async () => {
    let link = "";
    const auth = await instanceOf([], {
      emailVerification: {
        sendVerificationEmail: async ({ token }) => {
          link = `/verify-email?token=${token}`;
        },
      },
    });
    const impostor = new Browser(auth);
    await impostor.signUp("boss@another-firm.example");
    expect(await claimsOf(impostor)).toMatchObject({
      email: "boss@another-firm.example",
      email_verified: false,
    });

    await impostor.request("POST", "/send-verification-email", { email: "boss@another-firm.example" });
    expect((await impostor.request("GET", link)).ok).toBe(true);
    expect(await claimsOf(impostor)).toMatchObject({ email_verified: true });
  });

  test("act names the administrator only during an impersonation (RFC 8693 section 4.1)", async () => {
    const database = new DatabaseSync(":memory:");
    const auth = await instanceOf([admin()], { database });
    const [ada, root] = [new Browser(auth), new Browser(auth)];
    const [adaId, rootId] = [await ada.signUp(), await root.signUp("root@example.com", "Root")];
    database.prepare(`update "user" set role = 'admin' where id = ?`).run(rootId);
    expect(await claimsOf(ada)).not.toHaveProperty("act");

    expect((await root.request("POST", "/admin/impersonate-user", { userId: adaId })).status).toBe(200);
    expect(await claimsOf(root)).toMatchObject({
      sub: adaId,
      email: "ada@example.com",
      act: { sub: rootId },
    });
    const header = (await root.request("GET", "/get-session")).headers.get("set-auth-jwt") ?? "";
    expect(readJws(header).payload).toMatchObject({ sub: adaId, act: { sub: rootId } });

    expect((await root.request("POST", "/admin/stop-impersonating", {})).status).toBe(200);
    const own = await claimsOf(root);
    expect(own.sub).toBe(rootId);
    expect(own).not.toHaveProperty("act");
  });

  test("is_anonymous is in every token with the anonymous plugin", async () => {
    const auth = await instanceOf([anonymous()]);
    const [stranger, ada] = [new Browser(auth), new Browser(auth)];
    expect((await stranger.request("POST", "/sign-in/anonymous", {})).status).toBe(200);
    await ada.signUp();
    expect(await claimsOf(stranger)).toMatchObject({ is_anonymous: true, email_verified: false });
    expect(await claimsOf(ada)).toMatchObject({ is_anonymous: false });
  });

  test("is_anonymous is not in a token without it", async () => {
    const browser = new Browser(await instanceOf([]));
    await browser.signUp();
    expect(await claimsOf(browser)).not.toHaveProperty("is_anonymous");
  });
});
