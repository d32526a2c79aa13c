import { type AccessTokenOptions, createVerifier, localJwks, type VerifierOptions } from "@usher-auth/verify";
import { describe, expect, test } from "vitest";
import type { UsherJwtOptions } from "../../src/index.ts";
import { audience } from "../instance.ts";
import { readJws } from "../jws.ts";
import { ownTokenOf, startProvider, tokensOf } from "./provider.ts";

async function start(options: Partial<UsherJwtOptions> = {}) {
  const provider = await startProvider(options);
  const { browser, issuer, origin } = provider;
  const keys = localJwks((await (await browser.request("GET", "/jwks")).json()) as never);
  const accessTokens: AccessTokenOptions = { issuer, scopes: null };
  const verifierWith = (own: Partial<VerifierOptions> = {}) =>
    createVerifier({ keys, issuer: origin, audience, ...own });
  return { provider, accessTokens, clientId: provider.client.client_id, verifierWith };
}

describe("tokens of Better Auth's OAuth provider", () => {
  test("one verifier accepts session tokens and access tokens, each by its own rules", async () => {
    const { provider, accessTokens, clientId, verifierWith } = await start();
    const { browser, userId } = provider;
    const verifier = verifierWith({ accessTokens });
    const session = await verifier.verify(await browser.token());
    const { access_token } = await tokensOf(provider, "openid tasks:read");
    const delegated = await verifier.verify(access_token);
    expect(session).toMatchObject({ id: userId, kind: "user" });
    expect(session.clientId).toBeUndefined();
    expect(delegated).toMatchObject({ id: userId, kind: "user", clientId });
    expect(delegated.sessionId).toBe(session.sessionId);
    expect(delegated.claims).toMatchObject({ scope: "openid tasks:read", azp: clientId });
    const own = await verifier.verify(await ownTokenOf(provider, "tasks:sync"));
    expect(own).toMatchObject({ id: clientId, kind: "client", clientId });
    expect(own.sessionId).toBeUndefined();
  });

  test("without accessTokens, none is accepted", async () => {
    const { provider, verifierWith } = await start();
    const verifier = verifierWith({ issuer: [provider.origin, provider.issuer] });
    for (const token of [
      (await tokensOf(provider, "tasks:read")).access_token,
      await ownTokenOf(provider, "tasks:sync"),
    ])
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: "token_unsupported" });
  });

  test("an ID token is never accepted, whatever the API accepts", async () => {
    const { provider, accessTokens, clientId, verifierWith } = await start();
    const { issuer, origin } = provider;
    const { id_token } = await tokensOf(provider, "openid");
    expect(readJws(id_token).header.typ).toBeUndefined();
    expect(readJws(id_token).payload).toMatchObject({ iss: issuer, aud: clientId });
    for (const options of [
      {},
      { accessTokens },
      { accessTokens: { ...accessTokens, audience: clientId } },
      { issuer, audience: clientId },
      { issuer, audience: clientId, accessTokens },
      { issuer: [origin, issuer], audience: null },
    ])
      await expect(verifierWith(options).verify(id_token)).rejects.toMatchObject({ name: "AuthError" });
  });

  test("with one issuer for all (usherJwt({ issuer })), the type still keeps them apart", async () => {
    const issuer = "https://issuer.example.com";
    const { provider, clientId, verifierWith } = await start({ issuer });
    const verifier = verifierWith({ issuer, accessTokens: { issuer, scopes: ["tasks:read"] } });
    const session = await provider.browser.token();
    const { access_token, id_token } = await tokensOf(provider, "openid tasks:read");
    for (const token of [session, access_token, id_token]) expect(readJws(token).payload.iss).toBe(issuer);
    expect((await verifier.verify(session)).clientId).toBeUndefined();
    expect(await verifier.verify(access_token)).toMatchObject({ id: provider.userId, clientId });
    await expect(verifier.verify(id_token)).rejects.toMatchObject({ code: "token_unsupported" });
    const own = await ownTokenOf(provider, "tasks:sync");
    await expect(verifier.verify(own)).rejects.toMatchObject({ code: "scope_insufficient" });
  });

  test("a token with the scope openid names the userinfo endpoint too, which an exact audience must list", async () => {
    const { provider, accessTokens, verifierWith } = await start();
    const { access_token } = await tokensOf(provider, "openid tasks:read");
    const userinfo = `${provider.issuer}/oauth2/userinfo`;
    expect(readJws(access_token).payload.aud).toEqual([audience, userinfo]);
    const exactly = (...names: string[]) =>
      verifierWith({ accessTokens: { ...accessTokens, audience: { exactly: names } } });
    await expect(exactly(audience).verify(access_token)).rejects.toMatchObject({ code: "audience_rejected" });
    await expect(exactly(audience, userinfo).verify(access_token)).resolves.toBeDefined();
    const narrow = await tokensOf(provider, "tasks:read");
    await expect(exactly(audience).verify(narrow.access_token)).resolves.toBeDefined();
  });
});
