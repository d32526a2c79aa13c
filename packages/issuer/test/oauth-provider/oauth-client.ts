import { createHash, randomBytes } from "node:crypto";
import { oauthProvider } from "@better-auth/oauth-provider";
import type { BetterAuthPlugin } from "better-auth";
import { audience, type Browser, baseURL, migratedInstanceWith } from "../instance.ts";

/** The issuer of access tokens, ID tokens and logout tokens of Better Auth's OAuth provider. */
export const providerIssuer = `${baseURL}/api/auth`;

const redirect = "https://client.example/callback";

export interface OAuthTokens {
  readonly access_token: string;
  readonly id_token?: string;
}

/** An OAuth client that the server knows. */
export interface OAuthClient {
  readonly id: string;
  /** The user of this browser allows the client to act for them (the authorization code grant). */
  tokensOf(browser: Browser, scope: string): Promise<OAuthTokens>;
  /** The client acts for itself (the client credentials grant). */
  ownTokens(scope: string): Promise<OAuthTokens>;
}

/** A real Better Auth with `usherJwt()` and its OAuth provider, which knows the API and one client. */
export async function startProvider(tokens: { readonly issuer?: string } = {}) {
  const scopes = ["openid", "offline_access", "tasks:read", "tasks:sync"];
  const provider = oauthProvider({
    loginPage: "/login",
    consentPage: "/consent",
    scopes,
    resources: [audience],
    clientPrivileges: () => true,
    enforcePerClientResources: false,
    silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
  });
  const auth = await migratedInstanceWith({}, { audience, algorithm: "EdDSA", ...tokens }, [
    provider as unknown as BetterAuthPlugin,
  ]);
  const { adapter } = await auth.$context;

  async function request(path: string, init: RequestInit): Promise<Response> {
    return auth.handler(new Request(`${baseURL}/api/auth${path}`, init));
  }

  /**
   * @param admin A signed-in user, who registers it.
   * @param backchannelLogoutUri Stored directly: the server accepts only public https addresses.
   */
  async function addClient(admin: Browser, backchannelLogoutUri?: string): Promise<OAuthClient> {
    const create = (auth.api as unknown as Record<string, (input: object) => Promise<Record<string, string>>>)
      .adminCreateOAuthClient;
    const { client_id: id = "", client_secret: clientSecret = "" } =
      (await create?.({
        headers: admin.headers,
        body: {
          redirect_uris: [redirect],
          scope: scopes.join(" "),
          grant_types: ["authorization_code", "refresh_token", "client_credentials"],
          client_credentials_scopes: ["tasks:sync"],
          skip_consent: true,
        },
      })) ?? {};
    if (backchannelLogoutUri !== undefined)
      await adapter.update({
        model: "oauthClient",
        where: [{ field: "clientId", value: id }],
        update: { backchannelLogoutUri },
      });

    async function fetchTokens(fields: Record<string, string>): Promise<OAuthTokens> {
      const response = await request("/oauth2/token", {
        method: "POST",
        headers: { authorization: `Basic ${Buffer.from(`${id}:${clientSecret}`).toString("base64")}` },
        body: new URLSearchParams({ resource: audience, ...fields }),
      });
      if (!response.ok) throw new Error(`token: ${response.status} ${await response.text()}`);
      return (await response.json()) as OAuthTokens;
    }

    return {
      id,
      ownTokens: (scope) => fetchTokens({ grant_type: "client_credentials", scope }),
      async tokensOf(browser, scope) {
        const verifier = randomBytes(32).toString("base64url");
        const query = new URLSearchParams({
          response_type: "code",
          client_id: id,
          redirect_uri: redirect,
          scope,
          state: "x",
          resource: audience,
          code_challenge: createHash("sha256").update(verifier).digest("base64url"),
          code_challenge_method: "S256",
        });
        const response = await browser.request("GET", `/oauth2/authorize?${query}`);
        const location = response.headers.get("location") ?? "";
        const code = URL.parse(location)?.searchParams.get("code");
        if (!code) throw new Error(`authorize: ${response.status} ${location} ${await response.text()}`);
        return fetchTokens({
          grant_type: "authorization_code",
          code,
          redirect_uri: redirect,
          code_verifier: verifier,
        });
      },
    };
  }

  return { auth, addClient };
}
