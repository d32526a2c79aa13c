import { createHash, createPublicKey, type JsonWebKey, randomBytes, verify } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import type { mcp } from "@better-auth/mcp";
import { type OAuthOptions, oauthProvider, type Scope } from "@better-auth/oauth-provider";
import { type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { onTestFinished } from "vitest";
import { type ApiTokenPayload, type UsherJwtOptions, usherJwt } from "../../src/index.ts";
import { audience, Browser, emailAndPassword, type instanceWith, secret } from "../instance.ts";
import { readJws } from "../jws.ts";

export const resource = audience;
export const redirectUri = "https://client.example.com/callback";
export const scopes = ["openid", "email", "offline_access", "tasks:read", "tasks:sync"];

export interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
  readonly scope: string;
  readonly expires_in: number;
}

export interface OAuthClient {
  readonly client_id: string;
  readonly client_secret: string;
}

/** A real Better Auth over HTTP, with `usherJwt()` and an OAuth provider, Ada signed in, and an OAuth client. */
export async function startProvider(
  usher: Partial<UsherJwtOptions> = {},
  oauth: Partial<OAuthOptions<Scope[]>> = {},
  plugin: typeof mcp | typeof oauthProvider = oauthProvider,
) {
  let listener: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const tokens = usherJwt({ audience, algorithm: "EdDSA", ...usher });
  const auth = betterAuth({
    baseURL: origin,
    secret,
    database: new DatabaseSync(":memory:"),
    emailAndPassword,
    logger: { disabled: true },
    plugins: [
      tokens as unknown as BetterAuthPlugin,
      plugin({
        resource,
        loginPage: "/login",
        consentPage: "/consent",
        scopes,
        resources: [{ identifier: resource, allowedScopes: scopes }],
        enforcePerClientResources: false,
        clientPrivileges: () => true,
        ...oauth,
      }),
    ],
  });
  await (await getMigrations(auth.options)).runMigrations();
  listener = toNodeHandler(auth);
  onTestFinished(async () => {
    await tokens.stop();
    await new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections());
  });

  const issuer = `${origin}/api/auth`;
  const browser = new Browser({ handler: (request) => fetch(request) }, origin);
  const userId = await browser.signUp();
  const client = (await auth.api.adminCreateOAuthClient({
    headers: browser.headers,
    body: {
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: "client_secret_post",
      grant_types: ["authorization_code", "refresh_token", "client_credentials"],
      scope: scopes.join(" "),
      client_credentials_scopes: ["tasks:read", "tasks:sync"],
      skip_consent: true,
      enable_end_session: true,
      backchannel_logout_uri: oauth.disableJwtPlugin ? undefined : "https://client.example.com/logout",
    },
  })) as OAuthClient;
  const api = auth.api as unknown as Pick<ReturnType<typeof instanceWith>["api"], "signJWT">;
  const sign = (payload: ApiTokenPayload) => api.signJWT({ body: { payload } });
  return { auth, browser, client, issuer, origin, sign, userId };
}

export type Provider = Awaited<ReturnType<typeof startProvider>>;

/** `POST /oauth2/<endpoint>` with the client's credentials. */
export async function post(
  { client: { client_id, client_secret }, issuer }: Provider,
  endpoint: string,
  parameters: Record<string, string>,
): Promise<Response> {
  return await fetch(`${issuer}/oauth2/${endpoint}`, {
    method: "POST",
    body: new URLSearchParams({ ...parameters, client_id, client_secret }),
  });
}

/** The authorization code flow with PKCE (RFC 7636), up to the code. */
export async function authorize(
  provider: Provider,
  scope = scopes.join(" "),
): Promise<{ code: string; verifier: string }> {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: provider.client.client_id,
    response_type: "code",
    redirect_uri: redirectUri,
    scope,
    state: "a-state",
    nonce: "a-nonce",
    resource,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const answer = await provider.browser.request("GET", `/oauth2/authorize?${query}`);
  // To a script, Better Auth answers with the address that it would redirect a browser to.
  const { url } = (await answer.json()) as { url: string };
  const code = new URL(url).searchParams.get("code");
  if (code === null) throw new Error(`no code: ${url}`);
  return { code, verifier };
}

export async function exchange(provider: Provider, code: string, verifier: string): Promise<Response> {
  const redirect = { redirect_uri: redirectUri, code_verifier: verifier };
  return await post(provider, "token", { grant_type: "authorization_code", code, ...redirect });
}

/** The tokens with which the client acts for the user. */
export async function tokensOf(provider: Provider, scope?: string): Promise<Tokens> {
  const { code, verifier } = await authorize(provider, scope);
  return await tokensIn(await exchange(provider, code, verifier));
}

/** The access token with which the client acts for itself. */
export async function ownTokenOf(provider: Provider, scope: string): Promise<string> {
  const asked = { grant_type: "client_credentials", scope, resource };
  return (await tokensIn(await post(provider, "token", asked))).access_token;
}

export async function tokensIn(answer: Response): Promise<Tokens> {
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Tokens;
}

/** Whether a key of the instance's JWKS signed the token, without the code under test. */
export async function isSignedBy(issuer: string, token: string): Promise<boolean> {
  const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as {
    keys: (JsonWebKey & { kid: string })[];
  };
  const { header } = readJws(token);
  const jwk = keys.find(({ kid }) => kid === header.kid);
  if (jwk === undefined) return false;
  const dot = token.lastIndexOf(".");
  const hash = header.alg === "EdDSA" ? null : "sha256";
  const key = createPublicKey({ key: jwk, format: "jwk" });
  return verify(hash, Buffer.from(token.slice(0, dot)), key, Buffer.from(token.slice(dot + 1), "base64url"));
}
