import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AuthDatabase } from "../database/auth-database.ts";
import { problem } from "../http/problem.ts";
import type { Auth } from "./auth.ts";
import { withClientAddress } from "./client-address.ts";

/** Bytes. The largest honest request, a sign-up, is under one thousand. */
const largestBody = 64 * 1024;

/** Seconds, for Retry-After (RFC 9110 section 10.2.3). */
const retryAfter = "5";

/**
 * Better Auth's endpoints, as it answers them, but for an outage of its database.
 *
 * Better Auth takes a session that it cannot look up for one that does not exist: a 401, and a client would
 * sign its user out for what is an outage of ours. It is a 503 here.
 */
export function authRoutes(auth: Auth, database: AuthDatabase, trustedProxies: readonly string[]): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: largestBody, onError: (context) => problem(context, 413) }));
  app.use(async (context, next) => {
    await next();
    if ((context.res.status === 401 || context.res.status >= 500) && !(await database.answers())) {
      context.res = problem(context, 503, { "retry-after": retryAfter });
    }
  });
  app.all("/*", async (context) => {
    const response = await auth.handler(withClientAddress(context, trustedProxies));
    // What Better Auth does not know, it answers without a body.
    if (response.status === 404 && response.body === null) return problem(context, 404);
    // Sessions and tokens are nobody's to keep.
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    return response;
  });
  return app;
}
