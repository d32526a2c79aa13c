import { mcp } from "@better-auth/mcp";
import { createVerifier, remoteJwks, type Verifier } from "@usher-auth/verify";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { KeyPairAlgorithm } from "../../src/index.ts";
import { audience } from "../instance.ts";
import { readJws } from "../jws.ts";
import {
  authorize,
  exchange,
  isSignedBy,
  ownTokenOf,
  type Provider,
  post,
  resource,
  startProvider,
  tokensIn,
  tokensOf,
} from "./provider.ts";

// Better Auth's router also prints errors to the console, past the instance's logger.
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  return () => vi.restoreAllMocks();
});

/** An API that accepts session tokens and access tokens. */
function verifierOf({ issuer, origin }: Provider): Verifier {
  return createVerifier({
    keys: remoteJwks(`${issuer}/jwks`, { issuer: [origin, issuer] }),
    issuer: origin,
    audience,
    accessTokens: { issuer, scopes: ["tasks:read"] },
  });
}

const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    ({ kind }) => kind,
    (error) => error.code as string,
  );

describe.each<KeyPairAlgorithm>(["EdDSA", "RS256"])(
  "oauthProvider() beside usherJwt() with %s",
  (algorithm) => {
    test("publishes its metadata, and the JWKS that its tokens verify with", async () => {
      const { issuer } = await startProvider({ algorithm });
      const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
      expect(metadata).toMatchObject({
        issuer,
        jwks_uri: `${issuer}/jwks`,
        token_endpoint: `${issuer}/oauth2/token`,
        id_token_signing_alg_values_supported: [algorithm],
      });
      const answer = await fetch(`${issuer}/jwks`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toMatchObject({ keys: [{ alg: algorithm }] });
    });

    test("authorization_code with PKCE gives an access token (RFC 9068) and an ID token", async () => {
      const provider = await startProvider({ algorithm });
      const { issuer, userId, client } = provider;
      const { access_token, id_token } = await tokensOf(provider);

      const access = readJws(access_token);
      expect(access.header).toMatchObject({ alg: algorithm, typ: "at+jwt" });
      expect(access.payload).toMatchObject({ iss: issuer, sub: userId, client_id: client.client_id });
      expect([access.payload.aud].flat()).toContain(resource);
      expect(Number(access.payload.exp) - Number(access.payload.iat)).toBe(3600);
      expect(await isSignedBy(issuer, access_token)).toBe(true);

      const identity = readJws(id_token);
      expect(identity.header).toMatchObject({ alg: algorithm });
      expect(identity.payload).toMatchObject({
        iss: issuer,
        sub: userId,
        aud: client.client_id,
        nonce: "a-nonce",
        auth_time: readJws(await provider.browser.token()).payload.auth_time,
      });
      expect(await isSignedBy(issuer, id_token)).toBe(true);
    });

    test("refuses a wrong code_verifier, and a code that was used", async () => {
      const provider = await startProvider({ algorithm });
      const first = await authorize(provider);
      expect((await exchange(provider, first.code, "x".repeat(43))).ok).toBe(false);
      const { code, verifier } = await authorize(provider);
      expect((await exchange(provider, code, verifier)).status).toBe(200);
      expect((await exchange(provider, code, verifier)).ok).toBe(false);
    });

    test("refresh_token gives new tokens, once", async () => {
      const provider = await startProvider({ algorithm });
      const { refresh_token } = await tokensOf(provider);
      const refresh = () => post(provider, "token", { grant_type: "refresh_token", refresh_token });
      const renewed = await tokensIn(await refresh());
      expect(readJws(renewed.access_token).header.typ).toBe("at+jwt");
      expect(await isSignedBy(provider.issuer, renewed.access_token)).toBe(true);
      expect((await refresh()).ok).toBe(false);
    });

    test("client_credentials gives a token whose subject is the client", async () => {
      const provider = await startProvider({ algorithm });
      const access_token = await ownTokenOf(provider, "tasks:read");
      const { client_id } = provider.client;
      expect(readJws(access_token).payload).toMatchObject({ sub: client_id, client_id, scope: "tasks:read" });
      expect(await codeOf(verifierOf(provider), access_token)).toBe("client");
    });

    test("introspection and userinfo accept the tokens", async () => {
      const provider = await startProvider({ algorithm });
      const { access_token, refresh_token } = await tokensOf(provider);
      for (const [token, hint] of [
        [access_token, "access_token"],
        [refresh_token, "refresh_token"],
      ] as const) {
        const answer = await post(provider, "introspect", { token, token_type_hint: hint });
        expect(await answer.json()).toMatchObject({ active: true, sub: provider.userId });
      }
      const headers = { authorization: `Bearer ${access_token}` };
      const userinfo = await fetch(`${provider.issuer}/oauth2/userinfo`, { headers });
      expect(await userinfo.json()).toMatchObject({ sub: provider.userId, email: "ada@example.com" });
    });

    test("notifies its client of a sign-out (back-channel logout)", async () => {
      const received: string[] = [];
      const provider = await startProvider({ algorithm });
      await tokensOf(provider);
      const { fetch: real } = globalThis;
      vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
        if (String(input) !== "https://client.example.com/logout") return await real(input, init);
        received.push(new URLSearchParams(String(init?.body)).get("logout_token") ?? "");
        return new Response(null, { status: 200 });
      });
      expect((await provider.browser.request("POST", "/sign-out", {})).status).toBe(200);
      await vi.waitFor(() => expect(received).toHaveLength(1), 5000);
      const [token = ""] = received;
      expect(readJws(token)).toMatchObject({
        header: { alg: algorithm, typ: "logout+jwt" },
        payload: { iss: provider.issuer, aud: provider.client.client_id, sub: provider.userId },
      });
      expect(await isSignedBy(provider.issuer, token)).toBe(true);
      expect(await codeOf(verifierOf(provider), token)).toBe("token_unsupported");
    });
  },
);

describe("beside an OAuth provider", () => {
  test("session tokens keep their rules: audience, lifetime, claims", async () => {
    const provider = await startProvider();
    const { payload } = readJws(await provider.browser.token());
    expect(payload).toMatchObject({ iss: provider.origin, aud: audience });
    expect(Number(payload.exp) - Number(payload.iat)).toBeLessThanOrEqual(300);
    const foreign = { sub: "ada", aud: provider.client.client_id };
    await expect(provider.sign(foreign)).rejects.toThrow('"aud"');
  });
});

describe("mcp() beside usherJwt()", () => {
  test("publishes who issues tokens for the MCP server, and issues them", async () => {
    const provider = await startProvider({}, {}, mcp);
    const path = "/.well-known/oauth-protected-resource";
    const metadata = await (await fetch(`${provider.origin}${path}`)).json();
    expect(metadata).toMatchObject({ resource, authorization_servers: [provider.issuer] });
    const { access_token } = await tokensOf(provider);
    expect(await codeOf(verifierOf(provider), access_token)).toBe("user");
  });
});

describe("HS256 with disableJwtPlugin", () => {
  test("the provider's tokens are opaque or signed with the client's secret; ours are unchanged", async () => {
    const provider = await startProvider({ algorithm: "HS256" }, { disableJwtPlugin: true });
    const { access_token, id_token } = await tokensOf(provider);
    expect(access_token.split(".")).toHaveLength(1);
    expect(readJws(id_token).header.alg).toBe("HS256");
    expect(readJws(await provider.browser.token()).header).toEqual({ alg: "HS256", typ: "JWT" });
    const answer = await post(provider, "introspect", { token: access_token });
    expect(await answer.json()).toMatchObject({ active: true, sub: provider.userId });
  });
});
