import { Hono } from "hono";
import { type Auth, authPath } from "./auth/auth.ts";
import { authRoutes } from "./auth/auth-routes.ts";
import type { WebConfig } from "./config/config.ts";
import type { AuthDatabase } from "./database/auth-database.ts";
import { developmentPath } from "./development/development-routes.ts";
import { isLocalRequest } from "./development/local.ts";
import { problem } from "./http/problem.ts";
import { securityHeaders } from "./http/security-headers.ts";
import type { Log } from "./log.ts";

/** The code of Postgres for text that it cannot store, such as a name with a NUL. */
const invalidText = "22021";

/** What the app is made of. */
export interface AppParts {
  readonly config: WebConfig;
  readonly auth: Auth;
  readonly database: AuthDatabase;
  /** Whether the app is served over https. */
  readonly secure: boolean;
  /** The built page. `undefined` when Vite serves it. */
  readonly page: Hono | undefined;
  /** The routes for development. `undefined`: there are none. */
  readonly development: Hono | undefined;
  readonly log: Log;
}

/** The routes of the web app, in the order in which they match. */
export function createApp({ config, auth, database, secure, page, development, log }: AppParts): Hono {
  const app = new Hono();
  app.use(securityHeaders(config.apiUrl, secure));

  app.get("/health/live", (context) => context.json({ status: "ok" }, 200, { "cache-control": "no-store" }));
  app.get("/config.json", (context) => {
    const local = development !== undefined && isLocalRequest(context.req.raw.headers);
    return context.json({ apiUrl: config.apiUrl, ...(local && { local }) }, 200, {
      "cache-control": "no-cache",
    });
  });

  app.route(authPath, authRoutes(auth, database, config.trustedProxies));
  app.all("/api/*", (context) => problem(context, 404));
  if (development !== undefined) app.route(developmentPath, development);
  app.all(`${developmentPath}/*`, (context) => problem(context, 404));

  if (page !== undefined) app.route("/", page);
  app.notFound((context) => problem(context, 404));
  app.onError((error, context) => {
    if ("code" in error && error.code === invalidText) return problem(context, 400);
    log.error(`${context.req.method} ${context.req.path} failed: ${error.message}`);
    return problem(context, 500);
  });
  return app;
}
