import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { usherJwt } from "@usher-auth/issuer";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { fromNodeHeaders, toNodeHandler } from "better-auth/node";
import { organization } from "better-auth/plugins/organization";
import { build } from "rolldown";

const secret = "a-secret-of-this-test-that-is-long-enough";
const audience = "https://api.example.com";
export const password = "correct horse battery";

/** A frontend with Better Auth, and an API on another origin. */
export type Application = {
  readonly url: string;
  readonly apiUrl: string;
  /** What the API got: tab, user and organization of each call. */
  readonly calls: string[];
  /** How many tokens were asked for. */
  tokenRequests: number;
  /** While it is set, answers with a token wait for it. */
  gate: Promise<void> | undefined;
  /** A new user with two organizations. */
  signUp(name: string): Promise<TestUser>;
  close(): Promise<void>;
};

export type TestUser = { id: string; email: string; organizations: [string, string] };

export async function startApplication(): Promise<Application> {
  let handleWeb: RequestListener = () => undefined;
  let handleApi: RequestListener = () => undefined;
  const servers = [
    createServer((request, response) => handleWeb(request, response)),
    createServer((request, response) => handleApi(request, response)),
  ] as const;
  const [url, apiUrl] = await Promise.all([listen(servers[0]), listen(servers[1])]);

  const auth = betterAuth({
    baseURL: url,
    secret,
    database: new DatabaseSync(":memory:"),
    emailAndPassword: { enabled: true },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [organization(), usherJwt({ audience, organization: true })],
  });
  await (await getMigrations(auth.options)).runMigrations();
  const handleAuth = toNodeHandler(auth);
  const program = await bundle();

  handleWeb = async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", url);
    const isTokenRequest = pathname === "/api/auth/token" || pathname === "/own-token";
    if (isTokenRequest) application.tokenRequests += 1;
    if (isTokenRequest) await application.gate;
    if (pathname === "/own-token") {
      const headers = fromNodeHeaders(request.headers);
      const answer = await auth.api.getToken({ headers }).catch(() => null);
      response.writeHead(answer === null ? 401 : 200).end(JSON.stringify(answer));
    } else if (pathname === "/tab.js") {
      response.writeHead(200, { "content-type": "text/javascript", "access-control-allow-origin": "*" });
      response.end(program);
    } else if (pathname === "/") {
      response.writeHead(200, { "content-type": "text/html" });
      response.end(`<!doctype html><title>tab</title><script type="module" src="/tab.js"></script>`);
    } else await handleAuth(request, response);
  };

  const verifier = createVerifier({ keys: sharedSecret(secret), issuer: url, audience });
  await verifier.ready();
  const guard = usher({ verifier, ownerParam: null });
  const whoami = guard.protect({ path: "/whoami" }, (request, response, { principal }) => {
    const tab = new URL(request.url ?? "", apiUrl).searchParams.get("tab");
    const answer = `${principal.id} in ${principal.claims.org ?? "none"}`;
    application.calls.push(`${tab}: ${answer}`);
    response.end(answer);
  });
  handleApi = (request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "authorization");
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else whoami(request, response);
  };

  const application: Application = {
    url,
    apiUrl,
    calls: [],
    tokenRequests: 0,
    gate: undefined,
    async signUp(name) {
      const email = `${name}@example.com`;
      const { user, token } = await auth.api.signUpEmail({ body: { name, email, password } });
      const organizations: string[] = [];
      for (const slug of ["first", "second"]) {
        const body = { name: slug, slug: `${name}-${slug}`, userId: user.id };
        organizations.push((await auth.api.createOrganization({ body }))?.id ?? "");
      }
      if (token === null) throw new Error("the sign-up has no session");
      return { id: user.id, email, organizations: organizations as [string, string] };
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
      }
    },
  };
  return application;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

/** `tab.ts` with the sources of the client and Better Auth's client. */
async function bundle(): Promise<string> {
  const { output } = await build({
    input: fileURLToPath(new URL("tab.ts", import.meta.url)),
    platform: "browser",
    resolve: { conditionNames: ["@usher-auth/source", "browser", "import", "default"] },
    write: false,
  });
  return output[0].code;
}
