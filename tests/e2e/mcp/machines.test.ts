import type { RequestListener } from "node:http";
import { auth } from "@modelcontextprotocol/sdk/client/auth.js";
import { requireScopes } from "@usher-auth/verify";
import { backchannelLogout, usher } from "@usher-auth/verify/fastify";
import { requireClientScopes } from "@usher-auth/verify/policies";
import fastify from "fastify";
import { expect, test } from "vitest";
import { operator } from "./authorization-server.ts";
import { Browser } from "./browser.ts";
import { startEnvironment } from "./environment.ts";
import { claimsOf, OAuthClient } from "./oauth-client.ts";

const email = "ada@example.com";

/** A guarded API, Better Auth, and a user. */
async function start() {
  const { api, authorization, verifier, protectedResource, serve } = await startEnvironment({
    path: "",
    scopes: ["tasks:read", "tasks:sync"],
    baseScopes: null,
  });
  const exceptions: string[] = [];
  const app = fastify();
  await app.register(usher, {
    verifier,
    ownerParam: "userId",
    protectedResource,
    onOwnerException: ({ principal }) => exceptions.push(principal.id),
  });
  await app.register(backchannelLogout, { verifier });
  const whose = (request: { principal: { kind: string; id: string; clientId?: string } }) =>
    request.principal;
  const clients = [requireScopes("tasks:sync")];
  app.get("/api/:userId/tasks", { config: { owner: { clients } } }, whose);
  app.get("/api/:userId/notes", whose);
  app.get("/api/me", { config: { policies: [requireClientScopes("tasks:read")] } }, whose);
  await app.ready();
  serve(app.routing.bind(app) as RequestListener);

  const browser = new Browser(authorization.url);
  const userId = await browser.signUp(email);
  const get = async (path: string, token: string) => {
    const response = await fetch(`${api}${path}`, { headers: { authorization: `Bearer ${token}` } });
    const body = (await response.json()) as { code?: string };
    return { status: response.status, challenge: response.headers.get("www-authenticate"), ...body };
  };
  return { api, authorization, userId, get, exceptions };
}

type Started = Awaited<ReturnType<typeof start>>;

/** Registers a program that acts for itself, and gets its token, which is for the API by default. */
async function machineToken({ api, authorization }: Started, scopes: string[], resource?: null) {
  const browser = new Browser(authorization.url);
  await browser.signUp(operator);
  const { client_id: id, client_secret: secret = "" } = await authorization.createClient(browser.headers, {
    client_name: "Night synchronization",
    grant_types: ["client_credentials"],
    token_endpoint_auth_method: "client_secret_post",
    client_credentials_scopes: scopes,
  });
  const body = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: id,
    client_secret: secret,
  });
  if (resource !== null) body.set("resource", api);
  const response = await fetch(`${authorization.issuer}/oauth2/token`, { method: "POST", body });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return { id, token };
}

test("a machine passes where the route admits clients with its scope, and is no user anywhere", async () => {
  const started = await start();
  const { userId, get, exceptions } = started;
  const { id, token } = await machineToken(started, ["tasks:sync"]);

  expect(await get(`/api/${userId}/tasks`, token)).toMatchObject({
    status: 200,
    kind: "client",
    id,
    clientId: id,
  });
  expect(exceptions).toEqual([id]);
  expect(await get(`/api/${userId}/notes`, token)).toMatchObject({ status: 403, code: "owner_mismatch" });
  expect(await get(`/api/${id}/notes`, token)).toMatchObject({ status: 403, code: "owner_mismatch" });
});

test("a machine without the scope is refused, and the challenge names it", async () => {
  const started = await start();
  const { token } = await machineToken(started, ["tasks:read"]);

  const refused = await started.get(`/api/${started.userId}/tasks`, token);
  expect(refused).toMatchObject({ status: 403, code: "scope_insufficient", scope: "tasks:sync" });
  expect(refused.challenge).toContain('scope="tasks:sync"');
  expect(await started.get("/api/me", token)).toMatchObject({ status: 200, kind: "client" });
});

test("a user's program is the user, with its own scopes; an ID token is no access token", async () => {
  const { api, authorization, userId, get } = await start();
  const browser = new Browser(authorization.url);
  const program = new OAuthClient(browser, email);
  const options = { serverUrl: api, scope: "openid tasks:sync" };
  await auth(program, options);
  await auth(program, { ...options, authorizationCode: program.code });

  const own = await get(`/api/${userId}/notes`, program.accessToken);
  expect(own).toMatchObject({ status: 200, kind: "user", id: userId });
  expect(own).toHaveProperty("clientId");
  expect(await get("/api/me", program.accessToken)).toMatchObject({ status: 403, scope: "tasks:read" });
  expect(await get("/api/other/tasks", program.accessToken)).toMatchObject({ code: "owner_mismatch" });
  expect(program.idToken).not.toBe("");
  expect(await get(`/api/${userId}/notes`, program.idToken)).toMatchObject({ status: 401 });
});

test("the user's own session needs no scope", async () => {
  const { authorization, userId, get } = await start();
  const browser = new Browser(authorization.url);
  await browser.signIn(email);
  const { token } = (await browser.get("/api/auth/token")) as { token: string };

  expect(await get(`/api/${userId}/notes`, token)).toMatchObject({ status: 200, kind: "user" });
  expect(await get("/api/me", token)).toMatchObject({ status: 200, id: userId });
});

test("a program's access ends with the user's session, also with offline_access", async () => {
  const { api, authorization, userId, get } = await start();
  const browser = new Browser(authorization.url);
  const program = new OAuthClient(browser, email);
  const options = { serverUrl: api, scope: "openid offline_access tasks:read" };
  await auth(program, options);
  await auth(program, { ...options, authorizationCode: program.code });
  const before = program.accessToken;
  expect(claimsOf(before)).toMatchObject({ aud: [api, `${authorization.issuer}/oauth2/userinfo`] });
  expect(await get("/api/me", before)).toMatchObject({ status: 200, id: userId });

  await browser.post("/api/auth/sign-out", {});
  await expect
    .poll(async () => (await get("/api/me", before)).code, { timeout: 10_000 })
    .toBe("token_revoked");

  // Better Auth still gives tokens for the refresh token, but they name no session.
  await auth(program, { serverUrl: api });
  expect(claimsOf(program.accessToken)).toMatchObject({ sub: userId, sid: null });
  expect(await get("/api/me", program.accessToken)).toMatchObject({ status: 401, code: "claims_invalid" });
});

test("a token that was asked for without a resource is opaque, and refused", async () => {
  const started = await start();
  const { token } = await machineToken(started, ["tasks:sync"], null);
  expect(token).not.toContain(".");
  expect(await started.get(`/api/${started.userId}/tasks`, token)).toMatchObject({
    code: "token_unsupported",
  });
});
