import { createVerifier, localJwks } from "@usher-auth/verify";
import { createLogoutVerifier } from "@usher-auth/verify/logout";
import { expect, test, vi } from "vitest";
import { audience, Browser, baseURL, secret } from "../instance.ts";
import { readJws, signedWith } from "../jws.ts";
import { openBackend } from "./backend.ts";
import { issuerFor, makeAdmin } from "./issuer.ts";

/** Back-Channel Logout 1.0 section 2.4, and RFC 8417 section 2.2 for `toe`. */
const always = {
  iss: baseURL,
  aud: audience,
  iat: expect.any(Number),
  exp: expect.any(Number),
  jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
  events: { "http://schemas.openid.net/event/backchannel-logout": {} },
  toe: expect.any(Number),
};

test("posts a form with a logout token: typ logout+jwt and exactly the standard's claims", async () => {
  const backend = await openBackend();
  const { auth } = await issuerFor([backend.endpoint]);
  const browser = new Browser(auth);
  const sub = await browser.signUp();
  const { sid } = readJws(await browser.token()).payload;
  const before = Math.floor(Date.now() / 1000);
  await browser.request("POST", "/sign-out", {});

  const { token, header, payload, request } = await vi.waitUntil(() => backend.acknowledged[0]);
  expect(request).toEqual({
    method: "POST",
    contentType: "application/x-www-form-urlencoded;charset=UTF-8",
    fields: ["logout_token"],
  });
  expect(header).toEqual({ alg: "HS256", typ: "logout+jwt" });
  expect(signedWith(token, secret)).toBe(true);
  expect(payload).toEqual({ ...always, sub, sid });
  expect(payload.toe).toBeGreaterThanOrEqual(before);
  expect(payload.iat).toBeGreaterThanOrEqual(Number(payload.toe));
  expect(payload.iat).toBeLessThanOrEqual(Date.now() / 1000);
  expect(Number(payload.exp) - Number(payload.iat)).toBe(120);
});

test("a logout of all sessions has a sub and no sid", async () => {
  const backend = await openBackend();
  const { auth, database } = await issuerFor([backend.endpoint]);
  const sub = await new Browser(auth).signUp("grace@example.com", "Grace");
  const root = new Browser(auth);
  makeAdmin(database, await root.signUp());
  await root.request("POST", "/admin/ban-user", { userId: sub });

  await vi.waitUntil(() => backend.acknowledged.length === 2);
  const { payload } = backend.acknowledged.find((arrival) => !("sid" in arrival.payload)) ?? {};
  expect(payload).toEqual({ ...always, sub });
});

test.for(["EdDSA", "ES256", "RS256"] as const)(
  "with a key pair, it is signed by the key that signs access tokens: %s",
  async (algorithm) => {
    const backend = await openBackend();
    const { auth } = await issuerFor([backend.endpoint], { plugin: { algorithm } });
    const browser = new Browser(auth);
    await browser.signUp();
    const access = readJws(await browser.token());
    await browser.request("POST", "/sign-out", {});

    const { token, header } = await vi.waitUntil(() => backend.acknowledged[0]);
    expect(header).toEqual({ alg: algorithm, kid: access.header.kid, typ: "logout+jwt" });
    expect(readJws(token).payload).toEqual({ ...always, sub: access.payload.sub, sid: access.payload.sid });
    const keys = localJwks(await (await browser.request("GET", "/jwks")).text());
    const verifier = createVerifier({ keys, issuer: baseURL, audience });
    const { sessionId } = await createLogoutVerifier(verifier)(token);
    expect(sessionId).toBe(access.payload.sid);
    expect(() => verifier.verifySync(token)).toThrow(expect.objectContaining({ code: "token_unsupported" }));
  },
);

test("sends a separate token to each endpoint", async () => {
  const [one, other] = [await openBackend(), await openBackend()];
  const { auth } = await issuerFor([one.endpoint, other.endpoint, one.endpoint]);
  const browser = new Browser(auth);
  await browser.signUp();
  await browser.request("POST", "/sign-out", {});
  const first = await vi.waitUntil(() => one.acknowledged[0]);
  const second = await vi.waitUntil(() => other.acknowledged[0]);
  expect(first.payload.sid).toBe(second.payload.sid);
  expect(first.payload.jti).not.toBe(second.payload.jti);
  expect(one.arrived).toHaveLength(1);
});

test("with versioned secrets, the first one signs it", async () => {
  const current = "the-current-secret-long-enough-for-hs256!";
  const secrets = [
    { version: 2, value: current },
    { version: 1, value: secret },
  ];
  const backend = await openBackend();
  const { auth } = await issuerFor([backend.endpoint], { secrets });
  const browser = new Browser(auth);
  await browser.signUp();
  await browser.request("POST", "/sign-out", {});
  const { token } = await vi.waitUntil(() => backend.acknowledged[0]);
  expect(signedWith(token, current)).toBe(true);
});
