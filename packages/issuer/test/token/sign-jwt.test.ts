import type { GenericEndpointContext } from "better-auth";
import { signJWT } from "better-auth/plugins/jwt";
import { expect, test } from "vitest";
import { audience, baseURL, migratedInstanceWith, secret } from "../instance.ts";
import { readJws, signedWith } from "../jws.ts";

const auth = await migratedInstanceWith();
const now = () => Math.floor(Date.now() / 1000);
const sign = (payload: { sub: string; [claim: string]: unknown }) => auth.api.signJWT({ body: { payload } });

test("auth.api.signJWT adds the plugin's issuer, audience and lifetime, and a jti", async () => {
  const { token } = await sign({ sub: "user-1", sid: "session-1", role: "editor" });
  expect(signedWith(token, secret)).toBe(true);
  const { header, payload } = readJws(token);
  expect(header).toEqual({ alg: "HS256", typ: "JWT" });
  expect(payload).toEqual({
    sub: "user-1",
    sid: "session-1",
    role: "editor",
    jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    iat: expect.any(Number),
    exp: Math.floor(Number(payload.iat) + 300),
    iss: baseURL,
    aud: audience,
  });
});

test("keeps claims that break no rule", async () => {
  const exp = now() + 20;
  const nbf = now();
  const { token } = await sign({ sub: "user-1", jti: "my-own", exp, nbf, iss: baseURL, aud: audience });
  expect(readJws(token).payload).toMatchObject({ jti: "my-own", exp, nbf, iss: baseURL, aud: audience });
});

test.each([
  ["sub", { sub: "" }],
  ["sub", { sub: 7 }],
  ["sub", {}],
  ["sid", { sub: "user-1", sid: "" }],
  ["jti", { sub: "user-1", jti: 7 }],
  ["iss", { sub: "user-1", iss: "https://evil.example.com" }],
  ["aud", { sub: "user-1", aud: "https://other.example.com" }],
  ["aud", { sub: "user-1", aud: [audience, "https://other.example.com"] }],
  ["iat", { sub: "user-1", iat: 4_000_000_000 }],
  ["iat", { sub: "user-1", iat: 1.5 }],
  ["exp", { sub: "user-1", exp: 4_000_000_000 }],
  ["exp", { sub: "user-1", exp: 1_000_000_000 }],
  ["exp", { sub: "user-1", exp: now() + 300.5 }],
  ["nbf", { sub: "user-1", nbf: "now" }],
])("rejects an invalid %s: %j", async (claim, payload) => {
  await expect(sign(payload as { sub: string })).rejects.toThrow(`usherJwt: "${claim}" must `);
});

test("rejects overrideOptions", async () => {
  const body = {
    payload: { sub: "user-1" },
    overrideOptions: { jwt: { issuer: "https://evil.example.com" } },
  };
  await expect(auth.api.signJWT({ body })).rejects.toThrow(
    "usherJwt: signJWT does not accept overrideOptions",
  );
});

test("signJWT is not an HTTP endpoint, and verifyJWT does not exist", async () => {
  const request = new Request(`${baseURL}/api/auth/sign-jwt`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: baseURL },
    body: JSON.stringify({ payload: { sub: "user-1" } }),
  });
  expect((await auth.handler(request)).status).toBe(404);
  expect(auth.api).not.toHaveProperty("verifyJWT");
});

test("other plugins cannot sign a token of another type or with another key", async () => {
  const context = (await auth.$context) as unknown as GenericEndpointContext["context"];
  const endpointContext = { context } as GenericEndpointContext;
  const options = context.getPlugin("jwt")?.options;
  const payload = { sub: "user-1" };
  expect(signedWith(await signJWT(endpointContext, { options, payload }), secret)).toBe(true);
  await expect(signJWT(endpointContext, { options, payload, header: { typ: "logout+jwt" } })).rejects.toThrow(
    "usherJwt: only API tokens (typ JWT) are signed with the shared secret.",
  );
  await expect(signJWT(endpointContext, { options, payload, signingAlgorithm: "ES256" })).rejects.toThrow(
    "usherJwt: the shared secret is the only key",
  );
});
