import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { usherJwt } from "@usher-auth/issuer";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { build } from "rolldown";
import { apis } from "./apis.ts";
import { selfSignedCertificate } from "./certificate.ts";

const secret = "a-secret-of-this-test-that-is-long-enough";

/** Better Auth at auth.example.test, an API at api.example.test, and pages at all other names. */
export interface Sites {
  /** The origin of a name: `https://app.example.test:port`. */
  at(name: string): string;
  /** The Cookie headers that the server of a page's name got with requests for pages. */
  readonly pageCookies: (string | undefined)[];
  /** The Cookie headers that the API got. */
  readonly apiCookies: (string | undefined)[];
  close(): void;
}

export interface SiteOptions {
  /** The name of the page that may use Better Auth and the API. Default: app.example.test */
  readonly page?: string;
  /** Default: true. */
  readonly authCors?: boolean;
  /** Default: the page's origin. */
  readonly trustedOrigins?: string[];
  readonly advanced?: BetterAuthOptions["advanced"];
  /** Default: hono. */
  readonly api?: keyof typeof apis;
  /** Response headers that pages of other origins may read. Default: WWW-Authenticate and Retry-After. */
  readonly exposed?: string[];
  /** Of Better Auth's client. Default: its own. */
  readonly credentials?: RequestCredentials;
}

export async function startSites(options: SiteOptions = {}): Promise<Sites> {
  const { page = "app.example.test", authCors = true, credentials } = options;
  const { exposed = ["WWW-Authenticate", "Retry-After"] } = options;
  const hosts = new Map<string, RequestListener>();
  const pages = new Hono();
  const handlePage = getRequestListener(pages.fetch);
  const server = createServer(selfSignedCertificate(), (request, response) => {
    const name = request.headers.host?.split(":")[0] ?? "";
    (hosts.get(name) ?? handlePage)(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const at = (name: string) => `https://${name}:${port}`;
  const [origin, authUrl, apiUrl] = [at(page), at("auth.example.test"), at("api.example.test")];

  const auth = betterAuth({
    baseURL: authUrl,
    secret,
    database: new DatabaseSync(":memory:"),
    emailAndPassword: { enabled: true },
    trustedOrigins: options.trustedOrigins ?? [origin],
    // Better Auth checks no origin where NODE_ENV is "test".
    advanced: { disableOriginCheck: false, disableCSRFCheck: false, ...options.advanced },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [usherJwt({ audience: apiUrl })],
  });
  await (await getMigrations(auth.options)).runMigrations();
  const authApp = new Hono();
  if (authCors) authApp.use(cors({ origin, credentials: true }));
  authApp.on(["GET", "POST"], "/api/auth/*", (c) => auth.handler(c.req.raw));
  hosts.set("auth.example.test", getRequestListener(authApp.fetch));

  const apiCookies: (string | undefined)[] = [];
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer: authUrl, audience: apiUrl });
  const api = await apis[options.api ?? "hono"]({ origin, verifier, exposed });
  hosts.set("api.example.test", (request, response) => {
    if (request.method !== "OPTIONS") apiCookies.push(request.headers.cookie);
    api(request, response);
  });

  const pageCookies: (string | undefined)[] = [];
  const program = await bundle();
  pages.get("/page.js", (c) => c.body(program, 200, { "content-type": "text/javascript" }));
  pages.get("/", (c) => {
    pageCookies.push(c.req.header("cookie"));
    const data = `data-auth="${authUrl}" data-api="${apiUrl}" data-credentials="${credentials ?? ""}"`;
    return c.html(
      `<!doctype html><html ${data}><title>page</title><script type="module" src="/page.js"></script>`,
    );
  });

  return {
    at,
    pageCookies,
    apiCookies,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

let bundled: Promise<string> | undefined;

function bundle(): Promise<string> {
  bundled ??= build({
    input: fileURLToPath(new URL("./page.ts", import.meta.url)),
    platform: "browser",
    resolve: { conditionNames: ["@usher-auth/source", "browser", "import"] },
    write: false,
    logLevel: "silent",
  }).then(({ output }) => output[0].code);
  return bundled;
}
