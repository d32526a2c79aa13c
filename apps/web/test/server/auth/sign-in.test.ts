import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { verifierFromEnv } from "@usher-auth/verify";
import { expect, test } from "vitest";
import { readConfig } from "../../../src/server/config/config.ts";
import { startWeb } from "../../../src/server/start-web.ts";
import { Browser } from "../browser.ts";
import { apiUrl, environment, runningWeb, secret, temporaryFolder } from "../web.ts";

test("the API's verifier accepts tokens after sign-up and after sign-in", async () => {
  const { url } = await runningWeb();
  const verifier = verifierFromEnv({ BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: url, API_URL: apiUrl });
  const browser = new Browser(url);
  const id = await browser.signUp("ada@example.com");

  const first = verifier.verifySync(await browser.token());
  expect(first).toMatchObject({
    id,
    claims: { iss: url, aud: apiUrl, email: "ada@example.com", name: "Ada" },
  });
  expect(Object.keys(first.claims).sort()).toEqual(
    ["aud", "auth_time", "email", "email_verified", "exp", "iat", "iss", "jti", "name", "sid", "sub"].sort(),
  );

  expect((await browser.request("POST", "/api/auth/sign-out")).status).toBe(200);
  expect((await browser.request("GET", "/api/auth/token")).status).toBe(401);

  expect((await browser.signIn("ada@example.com", {}, "a wrong password")).status).toBe(401);
  expect((await browser.signIn("ada@example.com")).status).toBe(200);
  const second = verifier.verifySync(await browser.token());
  expect(second.id).toBe(id);
  expect(second.sessionId).not.toBe(first.sessionId);
});

test("tokens and sessions are answered with Cache-Control: no-store", async () => {
  const { url } = await runningWeb();
  const browser = new Browser(url);
  await browser.signUp("ada@example.com");
  for (const path of ["/api/auth/token", "/api/auth/get-session"]) {
    const response = await browser.request("GET", path);
    expect([path, response.status, response.headers.get("cache-control")]).toEqual([path, 200, "no-store"]);
  }
});

test("iss is the origin of BETTER_AUTH_URL, as in the API, and aud is exactly API_URL", async () => {
  const issuer = "https://App.example.com:443/";
  const { url } = await runningWeb({ BETTER_AUTH_URL: issuer, API_URL: "https://api.example.com/v1/" });
  const verifier = verifierFromEnv({
    BETTER_AUTH_SECRET: secret,
    BETTER_AUTH_URL: "https://app.example.com",
    API_URL: "https://api.example.com/v1/",
  });
  const response = await new Browser(url).request(
    "POST",
    "/api/auth/sign-up/email",
    { email: "ada@example.com", name: "Ada", password: "correct horse battery" },
    { origin: "https://app.example.com" },
  );
  const [cookie = ""] = response.headers.getSetCookie();
  expect(cookie).toMatch(/^__Secure-better-auth\.session_token=.*; HttpOnly; Secure; SameSite=Lax$/);
  const token = await fetch(`${url}/api/auth/token`, { headers: { cookie: cookie.split(";", 1)[0] ?? "" } });
  expect(verifier.verifySync(((await token.json()) as { token: string }).token).claims.iss).toBe(
    "https://app.example.com",
  );
});

test("another site cannot sign users in or out", async () => {
  const { url } = await runningWeb();
  const browser = new Browser(url);
  await browser.signUp("ada@example.com");
  const elsewhere = { origin: "https://evil.example.com" };
  expect((await browser.signIn("ada@example.com", elsewhere)).status).toBe(403);
  expect((await browser.request("POST", "/api/auth/sign-out", {}, elsewhere)).status).toBe(403);
  expect((await browser.request("GET", "/api/auth/token")).status).toBe(200);
});

test("users and sessions survive a restart, in files that only the owner can read", async () => {
  const DATA_DIR = join(temporaryFolder(), "made", "when", "missing");
  const first = await startWeb(readConfig(environment({ DATA_DIR })));
  const browser = new Browser(first.url);
  const files = async (): Promise<void> => {
    await browser.signUp("ada@example.com");
    const modes = readdirSync(DATA_DIR).map(
      (name) => `${name} ${(statSync(join(DATA_DIR, name)).mode & 0o777).toString(8)}`,
    );
    expect(modes.sort()).toEqual([
      "auth.sqlite 600",
      "auth.sqlite-shm 600",
      "auth.sqlite-wal 600",
      "running 700",
    ]);
  };
  await files().finally(() => first.close());

  const second = await runningWeb({ DATA_DIR, WEB_PORT: String(first.port) });
  expect((await browser.request("GET", "/api/auth/token")).status).toBe(200);
  expect((await new Browser(second.url).signIn("ada@example.com")).status).toBe(200);
});

test("with versioned secrets, the first one signs", async () => {
  const older = "the-former-secret-with-enough-variety-83kd!";
  const DATA_DIR = join(temporaryFolder(), "data");
  const before = await startWeb(readConfig(environment({ DATA_DIR, BETTER_AUTH_SECRET: older })));
  const browser = new Browser(before.url);
  await browser.signUp("ada@example.com").finally(() => before.close());

  const BETTER_AUTH_SECRETS = `2:${secret}, 1:${older}`;
  const { url } = await runningWeb({ DATA_DIR, BETTER_AUTH_SECRETS, BETTER_AUTH_SECRET: undefined });
  const verifier = verifierFromEnv({ BETTER_AUTH_SECRET: secret, BETTER_AUTH_URL: url, API_URL: apiUrl });
  const fresh = new Browser(url);
  expect((await fresh.signIn("ada@example.com")).status).toBe(200);
  expect(verifier.verifySync(await fresh.token()).claims.email).toBe("ada@example.com");
});
