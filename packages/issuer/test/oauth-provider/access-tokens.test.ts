import { type AccessTokenOptions, createVerifier, localJwks, type VerifierOptions } from "@usher-auth/verify";
import { describe, expect, test } from "vitest";
import { audience, Browser, baseURL } from "../instance.ts";
import { readJws } from "../jws.ts";
import { providerIssuer, startProvider } from "./oauth-client.ts";

const accessTokens: AccessTokenOptions = { issuer: providerIssuer, scopes: null };

async function signedIn(tokens: { readonly issuer?: string } = {}) {
  const { auth, addClient } = await startProvider(tokens);
  const browser = new Browser(auth);
  const userId = await browser.signUp();
  const keys = localJwks((await (await browser.request("GET", "/jwks")).json()) as never);
  const verifierWith = (options: Partial<VerifierOptions> = {}) =>
    createVerifier({ keys, issuer: baseURL, audience, ...options });
  return { browser, userId, client: await addClient(browser), verifierWith };
}

describe("tokens of Better Auth's OAuth provider", () => {
  test("one verifier accepts session tokens and access tokens, each by its own rules", async () => {
    const { browser, userId, client, verifierWith } = await signedIn();
    const verifier = verifierWith({ accessTokens });
    const session = await verifier.verify(await browser.token());
    const { access_token } = await client.tokensOf(browser, "openid tasks:read");
    const delegated = await verifier.verify(access_token);
    expect(session).toMatchObject({ id: userId, kind: "user" });
    expect(session.clientId).toBeUndefined();
    expect(delegated).toMatchObject({ id: userId, kind: "user", clientId: client.id });
    expect(delegated.sessionId).toBe(session.sessionId);
    expect(delegated.claims).toMatchObject({ scope: "openid tasks:read", azp: client.id });
    const own = await verifier.verify((await client.ownTokens("tasks:sync")).access_token);
    expect(own).toMatchObject({ id: client.id, kind: "client", clientId: client.id });
    expect(own.sessionId).toBeUndefined();
  });

  test("without accessTokens, none is accepted", async () => {
    const { browser, client, verifierWith } = await signedIn();
    const verifier = verifierWith({ issuer: [baseURL, providerIssuer] });
    for (const { access_token } of [
      await client.tokensOf(browser, "tasks:read"),
      await client.ownTokens("tasks:sync"),
    ])
      await expect(verifier.verify(access_token)).rejects.toMatchObject({ code: "token_unsupported" });
  });

  test("an ID token is never accepted, whatever the API accepts", async () => {
    const { browser, client, verifierWith } = await signedIn();
    const { id_token = "" } = await client.tokensOf(browser, "openid");
    expect(readJws(id_token).header.typ).toBeUndefined();
    expect(readJws(id_token).payload).toMatchObject({ iss: providerIssuer, aud: client.id });
    for (const options of [
      {},
      { accessTokens },
      { accessTokens: { ...accessTokens, audience: client.id } },
      { issuer: providerIssuer, audience: client.id },
      { issuer: providerIssuer, audience: client.id, accessTokens },
      { issuer: [baseURL, providerIssuer], audience: null },
    ])
      await expect(verifierWith(options).verify(id_token)).rejects.toMatchObject({ name: "AuthError" });
  });

  test("with one issuer for all (usherJwt({ issuer })), the type still keeps them apart", async () => {
    const issuer = "https://issuer.example.com";
    const { browser, userId, client, verifierWith } = await signedIn({ issuer });
    const verifier = verifierWith({ issuer, accessTokens: { issuer, scopes: ["tasks:read"] } });
    const session = await browser.token();
    const { access_token, id_token = "" } = await client.tokensOf(browser, "openid tasks:read");
    for (const token of [session, access_token, id_token]) expect(readJws(token).payload.iss).toBe(issuer);
    expect((await verifier.verify(session)).clientId).toBeUndefined();
    expect(await verifier.verify(access_token)).toMatchObject({ id: userId, clientId: client.id });
    await expect(verifier.verify(id_token)).rejects.toMatchObject({ code: "token_unsupported" });
    const { access_token: own } = await client.ownTokens("tasks:sync");
    await expect(verifier.verify(own)).rejects.toMatchObject({ code: "scope_insufficient" });
  });

  test("a token with the scope openid names the userinfo endpoint too, which an exact audience must list", async () => {
    const { browser, client, verifierWith } = await signedIn();
    const { access_token } = await client.tokensOf(browser, "openid tasks:read");
    const userinfo = `${providerIssuer}/oauth2/userinfo`;
    expect(readJws(access_token).payload.aud).toEqual([audience, userinfo]);
    const exactly = (...names: string[]) =>
      verifierWith({ accessTokens: { ...accessTokens, audience: { exactly: names } } });
    await expect(exactly(audience).verify(access_token)).rejects.toMatchObject({ code: "audience_rejected" });
    await expect(exactly(audience, userinfo).verify(access_token)).resolves.toBeDefined();
    const narrow = await client.tokensOf(browser, "tasks:read");
    await expect(exactly(audience).verify(narrow.access_token)).resolves.toBeDefined();
  });
});
