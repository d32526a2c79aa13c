import { expect, test } from "vitest";
import { audience, Browser, migratedInstanceWith } from "../instance.ts";

/** Ada's phone, whose session her laptop has just revoked. The phone still has its cookie cache. */
async function revokedFromElsewhere() {
  const auth = await migratedInstanceWith(
    { session: { cookieCache: { enabled: true, maxAge: 3600 } } },
    { audience, disableSettingJwtHeader: false },
  );
  const phone = new Browser(auth);
  await phone.signUp();
  const laptop = await new Browser(auth).signIn();
  expect(await phone.token()).toMatch(/^eyJ/);
  expect((await phone.request("GET", "/get-session")).headers.get("set-auth-jwt")).toMatch(/^eyJ/);
  expect((await laptop.request("POST", "/revoke-other-sessions", {})).status).toBe(200);
  return { phone, laptop };
}

test("GET /token issues no token for a revoked session that is still in the cookie cache", async () => {
  const { phone, laptop } = await revokedFromElsewhere();
  expect((await phone.request("GET", "/token")).status).toBe(401);
  expect(await laptop.token()).toMatch(/^eyJ/);
});

test("/get-session has no token for it either, though it answers from the cookie", async () => {
  const { phone, laptop } = await revokedFromElsewhere();
  const response = await phone.request("GET", "/get-session");
  expect(response.status).toBe(200);
  expect(await response.json()).not.toBeNull();
  expect(response.headers.has("set-auth-jwt")).toBe(false);
  expect((await laptop.request("GET", "/get-session")).headers.get("set-auth-jwt")).toMatch(/^eyJ/);
});
