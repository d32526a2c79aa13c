import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { AuthDatabase } from "../database/auth-database.ts";
import { problem } from "../http/problem.ts";
import type { Auth } from "./auth.ts";
import { withClientAddress } from "./client-address.ts";

/** Bytes. The largest legitimate request, a sign-up, is under 1000. */
const maxBodySize = 64 * 1024;

/** Seconds, for Retry-After (RFC 9110 section 10.2.3). */
const retryAfter = "5";

/**
 * Better Auth's endpoints. During an outage of the database they answer 503.
 *
 * Better Auth treats a session that it cannot look up as one that does not exist. It would answer 401, and
 * clients would sign their users out.
 */
export function authRoutes(auth: Auth, database: AuthDatabase, trustedProxies: readonly string[]): Hono {
  const app = new Hono();
  app.use(bodyLimit({ maxSize: maxBodySize, onError: (context) => problem(context, 413) }));
  app.use(async (context, next) => {
    await next();
    if ((context.res.status === 401 || context.res.status >= 500) && !(await database.answers())) {
      context.res = problem(context, 503, { "retry-after": retryAfter });
    }
  });
  app.all("/*", async (context) => {
    const response = await auth.handler(withClientAddress(context, trustedProxies));
    // Better Auth answers an unknown path without a body.
    if (response.status === 404 && response.body === null) return problem(context, 404);
    // Sessions and tokens must not be cached.
    if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    return response;
  });
  return app;
}
