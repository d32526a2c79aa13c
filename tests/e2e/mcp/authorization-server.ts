import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { mcp } from "@better-auth/mcp";
import { usherJwt } from "@usher-auth/issuer";
import { type BetterAuthPlugin, betterAuth } from "better-auth";
import { createAuthMiddleware } from "better-auth/api";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { onTestFinished } from "vitest";

export const password = "correct horse battery";

/** Who may register OAuth clients that act for themselves. */
export const operator = "operator@example.com";

/** Serves HTTP on this port of the loopback interface, or a free one, until the test is over. */
export async function listen(listener: RequestListener, port = 0): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Better Auth registers a client with a loopback address only as a native one (RFC 8252 section 7.3). */
const registerNative = createAuthMiddleware(async ({ path, body }) =>
  path === "/oauth2/register" ? { context: { body: { ...body, application_type: "native" } } } : undefined,
);

type Setup = {
  /** The MCP server's URL, which is its resource identifier. */
  resource: string;
  /** The audience of the tokens of users' own sessions. */
  audience: string;
  /** The API's endpoint for logout tokens. */
  logoutEndpoint: string;
  scopes: string[];
};

/** A real Better Auth with the MCP plugin over HTTP, whose tokens `usherJwt` signs with a key pair. */
export async function startAuthorizationServer({ resource, audience, logoutEndpoint, scopes }: Setup) {
  let handle: RequestListener = () => undefined;
  const baseURL = await listen((request, response) => handle(request, response));
  const tokens = usherJwt({ audience, algorithm: "EdDSA", backchannelLogout: [logoutEndpoint] });
  const provider = mcp({
    resource,
    loginPage: "/sign-in",
    consentPage: "/consent",
    scopes: ["openid", "offline_access", ...scopes],
    allowDynamicClientRegistration: true,
    allowUnauthenticatedClientRegistration: true,
    clientPrivileges: ({ user }) => user?.email === operator,
  });
  const auth = betterAuth({
    baseURL,
    secret: "a-test-secret-that-is-long-enough-for-hs256",
    database: new DatabaseSync(":memory:"),
    emailAndPassword: {
      enabled: true,
      // Real password hashing is slow on purpose.
      password: { hash: async (text) => text, verify: async ({ hash, password: text }) => hash === text },
    },
    logger: { disabled: true },
    telemetry: { enabled: false },
    hooks: { before: registerNative },
    rateLimit: { enabled: false },
    plugins: [tokens, provider] as unknown as [BetterAuthPlugin],
  });
  onTestFinished(() => tokens.stop());
  await (await getMigrations(auth.options)).runMigrations();
  handle = toNodeHandler(auth);
  const { adminCreateOAuthClient } = auth.api as unknown as ServerApi;
  return {
    url: baseURL,
    issuer: `${baseURL}/api/auth`,
    createClient: (headers: Headers, body: object) => adminCreateOAuthClient({ headers, body }),
  };
}

/** What the tests call of the provider's server-side functions. */
type ServerApi = {
  adminCreateOAuthClient(call: { headers: Headers; body: object }): Promise<{
    client_id: string;
    client_secret?: string;
  }>;
};
