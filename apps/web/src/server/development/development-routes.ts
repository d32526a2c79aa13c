import { type Context, Hono } from "hono";
import type { Auth } from "../auth/auth.ts";
import { problem } from "../http/problem.ts";
import type { Log } from "../log.ts";
import { isLocalRequest } from "./local.ts";
import { type SecondUser, secondUser, secondUserToken } from "./second-user.ts";
import { tasksUrl } from "./tasks-url.ts";
import { expiringToken, otherAudienceToken, type TokenOwner } from "./tokens.ts";
import { sendTwoHeaders } from "./two-headers.ts";

/** The path of these routes. */
export const developmentPath = "/dev";

/** What the routes are made of. */
export interface DevelopmentParts {
  readonly auth: Auth;
  /** The same users, for another API: with another audience. */
  readonly otherApi: () => Promise<Auth>;
  /** The origin of the page, which alone may call these routes. */
  readonly origin: string;
  readonly apiUrl: string;
  readonly log: Log;
}

/**
 * What the page cannot do itself, for the signed-in user: a token that expires at once, one for another API,
 * a second user, a request with two `Authorization` headers. Better Auth signs everything, here; the page
 * gets no key.
 *
 * Not for production: see {@link isLocal}. Each request must come from the page, on this machine.
 */
export function developmentRoutes({ auth, otherApi, origin, apiUrl, log }: DevelopmentParts): Hono {
  const app = new Hono();
  /** One at a time, so that two tabs do not create the second user twice. */
  let second: Promise<SecondUser> | undefined;

  app.use(async (context, next) => {
    const { headers } = context.req.raw;
    if (!isLocalRequest(headers)) return problem(context, 404);
    // Another site could send the user's cookie from a subdomain, or in a form.
    if (headers.get("origin") !== origin) return problem(context, 403);
    await next();
    context.header("cache-control", "no-store");
    return;
  });

  const route = (path: string, answer: (owner: TokenOwner, headers: Headers) => Promise<object>): void => {
    app.post(path, async (context: Context) => {
      const { headers } = context.req.raw;
      const signedIn = await auth.api.getSession({ headers });
      if (signedIn === null) return problem(context, 401);
      const owner = { userId: signedIn.user.id, sessionId: signedIn.session.id };
      try {
        return context.json(await answer(owner, headers));
      } catch (error) {
        log.warn(`${context.req.path} failed: ${error instanceof Error ? error.message : error}`);
        return problem(context, 503, { "retry-after": "1" });
      }
    });
  };

  route("/second-user", () => {
    second ??= secondUser(auth, apiUrl).finally(() => {
      second = undefined;
    });
    return second;
  });
  route("/tokens/expired", async (owner) => ({ token: await expiringToken(auth, owner) }));
  route("/tokens/other-audience", async (owner) => ({
    token: await otherAudienceToken(await otherApi(), owner),
  }));
  route("/two-headers", async ({ userId }, headers) => {
    const { token } = await auth.api.getToken({ headers });
    return sendTwoHeaders(`${tasksUrl(apiUrl, userId)}?limit=1`, [token, await secondUserToken(auth)]);
  });
  return app;
}
