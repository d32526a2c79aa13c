import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { createAuthClient } from "better-auth/client";
import { jwtClient } from "better-auth/client/plugins";
import { expect, expectTypeOf, test } from "vitest";
import { audience, Browser, baseURL, migratedInstanceWith, secret } from "../instance.ts";
import { readJws, signedWith } from "../jws.ts";

async function signedUp(...options: Parameters<typeof migratedInstanceWith>) {
  const auth = await migratedInstanceWith(...options);
  const browser = new Browser(auth);
  const userId = await browser.signUp();
  return { auth, browser, userId };
}

test("GET /token returns a token signed with the secret, with exactly the documented claims", async () => {
  const { browser, userId } = await signedUp();
  const before = Math.floor(Date.now() / 1000);
  const token = await browser.token();

  expect(signedWith(token, secret)).toBe(true);
  const { header, payload } = readJws(token);
  expect(header).toEqual({ alg: "HS256", typ: "JWT" });

  const session = (await (await browser.request("GET", "/get-session")).json()) as {
    session: { id: string };
  };
  expect(payload).toEqual({
    sub: userId,
    sid: session.session.id,
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    iat: expect.any(Number),
    exp: expect.any(Number),
    iss: baseURL,
    aud: audience,
    auth_time: expect.any(Number),
    email: "ada@example.com",
    email_verified: false,
    name: "Ada",
  });
  expect(payload.iat).toBeGreaterThanOrEqual(before);
  expect(payload.iat).toBeLessThanOrEqual(Date.now() / 1000);
  expect(payload.exp).toBe(Math.floor(Number(payload.iat) + 300));
});

test("@usher-auth/verify accepts it and returns the user and the session", async () => {
  const { browser, userId } = await signedUp();
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer: baseURL, audience });
  const token = await browser.token();
  const { payload } = readJws(token);
  expect(verifier.verifySync(token)).toEqual({
    id: userId,
    kind: "user",
    sessionId: payload.sid,
    issuedAt: payload.iat,
    expiresAt: payload.exp,
    claims: payload,
  });
});

test("two tokens of one session differ in jti and share the session", async () => {
  const { browser } = await signedUp();
  const one = readJws(await browser.token()).payload;
  const other = readJws(await browser.token()).payload;
  expect(one.jti).not.toBe(other.jti);
  expect(one.sid).toBe(other.sid);
});

test("GET /get-session has a token in set-auth-jwt, which scripts of other origins may read", async () => {
  const { browser, userId } = await signedUp();
  const response = await browser.request("GET", "/get-session");
  const token = response.headers.get("set-auth-jwt") ?? "";
  expect(signedWith(token, secret)).toBe(true);
  expect(readJws(token).payload.sub).toBe(userId);
  expect(response.headers.get("access-control-expose-headers")).toContain("set-auth-jwt");
});

test("issues no token without a session, or after a sign-out", async () => {
  const { auth, browser } = await signedUp();
  expect((await new Browser(auth).request("GET", "/token")).status).toBe(401);
  expect((await browser.request("GET", "/token")).status).toBe(200);
  expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
  expect((await browser.request("GET", "/token")).status).toBe(401);
  expect((await browser.request("GET", "/get-session")).headers.has("set-auth-jwt")).toBe(false);
});

test("auth.api.getToken keeps its type, and authClient.token() of jwtClient() works", async () => {
  const { auth, browser, userId } = await signedUp();
  const { token } = await auth.api.getToken({ headers: browser.headers });
  expectTypeOf(token).toEqualTypeOf<string>();
  expect(readJws(token).payload.sub).toBe(userId);

  const client = createAuthClient({
    baseURL,
    plugins: [jwtClient()],
    fetchOptions: {
      customFetchImpl: (input, init) => auth.handler(new Request(input, init)),
      headers: Object.fromEntries(browser.headers),
    },
  });
  const { data, error } = await client.token();
  expect(error).toBeNull();
  expect(signedWith(data?.token ?? "", secret)).toBe(true);
  expect((await client.jwks()).error?.status).toBe(404);
});

test("adds no table for keys with HS256", async () => {
  const { auth } = await signedUp();
  expect(Object.keys((await auth.$context).tables).sort()).toEqual([
    "account",
    "session",
    "user",
    "verification",
  ]);
});

test("with versioned secrets, the first one signs, whatever its number", async () => {
  const current = "the-current-secret-long-enough-for-hs256!";
  const former = "the-former-secret-long-enough-for-hs256!!";
  const secrets = [
    { version: 1, value: current },
    { version: 2, value: former },
  ];
  const { browser } = await signedUp({ secrets });
  const token = await browser.token();
  expect(signedWith(token, current)).toBe(true);
  expect(signedWith(token, former)).toBe(false);
  expect(signedWith(token, secret)).toBe(false);
});

test("issuer, several audiences and a lifetime are used as configured", async () => {
  const audiences = ["https://one.example.com", "https://two.example.com"];
  const plugin = { audience: audiences, issuer: "https://login.example.com/", expiresIn: "90 s" };
  const { browser } = await signedUp({}, plugin);
  const { payload } = readJws(await browser.token());
  expect(payload.iss).toBe("https://login.example.com/");
  expect(payload.aud).toEqual(audiences);
  expect(payload.exp).toBe(Math.floor(Number(payload.iat) + 90));
});
