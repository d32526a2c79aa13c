import type { AnyElysia, Elysia } from "elysia";
import { type AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { combinedAuthorization, responseOf } from "../fetch-messages.ts";
import { createGuard, type GuardOptions } from "../guard.ts";
import type { RouteParams } from "../owner.ts";
import type { Policy } from "../policy.ts";
import type { Principal, TokenClaims } from "../principal.ts";
import { hasQueryToken } from "../query-token.ts";
import { createRouteTable } from "../routes.ts";

export { type BackchannelLogoutOptions, backchannelLogout } from "./elysia/backchannel-logout.ts";

/** What a route may say: `app.get("/health", handler, { public: true })`. */
export type RouteOptions<Claims = TokenClaims> = {
  /** `true` lets everybody in, unverified. Every other route needs a valid token. */
  public?: boolean;
  /** What the route asks for besides a valid token and the owner's path: `requireScopes(...)`, `requireClaim(...)`. */
  policies?: readonly Policy<Claims>[];
};

/** What the guard adds to the type of an app. */
export type UsherElysia<Claims = TokenClaims> = Elysia<
  "",
  // biome-ignore lint/complexity/noBannedTypes: how Elysia writes that there is none.
  { decorator: {}; store: {}; derive: { readonly principal: Principal<Claims> }; resolve: {} },
  // biome-ignore lint/complexity/noBannedTypes: as above.
  { typebox: {}; error: {} },
  // biome-ignore lint/complexity/noBannedTypes: as above.
  { schema: {}; standaloneSchema: {}; macro: RouteOptions<Claims>; macroFn: {}; parser: {}; response: {} }
>;

type Verdict<Claims> = Principal<Claims> | AuthError | "public";

/**
 * Guards an Elysia app: `new Elysia().use(usher({ verifier, ownerParam: "userId" }))`. Every route, and every path that is
 * none, needs a valid token, unless its route says `{ public: true }`; handlers get `principal`, which is absent on a
 * public route. Each route whose pattern has the owner parameter is held to its owner, on the value that Elysia decoded.
 *
 * Use it on the app that listens, before its routes, and after CORS, so that refusals carry CORS headers. For its types,
 * use the same guard in the files of your other routes. A server below `app.mount` is behind a token, but has no owner.
 * Elysia parses the body of a route that uses it before any hook: `maxRequestBodySize` is what bounds that.
 * Does not check ids in bodies and queries, nor what a schema of `params` makes of the owner parameter.
 *
 * @throws {ConfigurationError} A bad option; when used: routes that were there first, which Elysia would not show to the
 * guard, and `aot: false`, which has no way to hold back what no hook has seen.
 */
export function usher<Claims = TokenClaims>(
  options: GuardOptions<Claims, Request>,
): (app: AnyElysia) => UsherElysia<Claims> {
  const guard = createGuard<Claims, Request>(options);
  const table = createRouteTable(guard.ownerParams);
  const verdicts = new WeakMap<Request, Promise<Verdict<Claims>>>();
  const apps: AnyElysia[] = [];
  const knownRoutes = new Map<string, readonly RouteOptions<Claims>[]>();
  let knownCount = 0;

  return (app) => {
    if (app.routes.length > 0)
      throw new ConfigurationError("usher: use it before the routes; it cannot guard earlier ones.");
    if (app.config.aot === false) throw new ConfigurationError("usher: Elysia must not be set to `aot: false`.");
    apps.push(app);
    // Elysia reads the text of a hook: `async` has it wait for the promise, and only what is named here is prepared.
    return (
      app
        .macro({ public: () => ({}), policies: () => ({}) })
        .wrap(
          (fetch, request) =>
            async (...input: unknown[]) =>
              answer((await fetch(...input)) as object, request),
        )
        .derive({ as: "global" }, async ({ request, route, params, status }) => {
          const verdict = await judge(request, route, params);
          if (verdict === "public") return {};
          if (!isAuthError(verdict)) return { principal: verdict };
          const refusal = refuse(verdict, request);
          return status(refusal.status as 401, refusal);
        })
        // An unknown path, or a body that could not be parsed, which Elysia does first.
        .onError({ as: "global" }, async ({ request, route, params }) => {
          if (verdicts.has(request)) return;
          const verdict = await judge(request, route, params);
          return isAuthError(verdict) ? refuse(verdict, request) : undefined;
        }) as unknown as UsherElysia<Claims>
    );
  };

  /** Once for each request, whichever hook comes first; what fails then is the app's error, and is not tried again. */
  function judge(request: Request, route: string | undefined, params: RouteParams = {}): Promise<Verdict<Claims>> {
    const known = verdicts.get(request);
    if (known !== undefined) return known;
    const verdict = admit(request, route, params);
    verdicts.set(request, verdict);
    return verdict;
  }

  async function admit(request: Request, route: string | undefined, params: RouteParams): Promise<Verdict<Claims>> {
    const candidates = route === undefined ? [] : routesOf(request.method, route);
    if (candidates.length > 0 && candidates.every((candidate) => candidate.public === true)) return "public";
    try {
      return await guard.admit({
        authorization: combinedAuthorization(request.headers),
        tokenInQuery: hasQueryToken(request.url),
        params,
        ownerParams: table.ownerParams(route, params),
        policies: candidates.flatMap(({ policies }) => policies ?? []),
        source: request,
      });
    } catch (error) {
      if (isAuthError(error)) return error;
      throw error;
    }
  }

  /**
   * What the routes say that may serve this method at this pattern. Elysia does not tell which of them it took: a path is
   * public when all of them are, and asks for what any of them asks for.
   */
  function routesOf(method: string, route: string): readonly RouteOptions<Claims>[] {
    const count = apps.reduce((sum, { routes }) => sum + routes.length, 0);
    if (count !== knownCount) knownRoutes.clear();
    knownCount = count;
    const key = `${method} ${route}`;
    let found = knownRoutes.get(key);
    if (found === undefined) {
      const methods = [method, "ALL", ...(method === "HEAD" ? ["GET"] : []), ...(method === "GET" ? ["WS"] : [])];
      found = apps
        .flatMap(({ routes }) => routes)
        .filter((other) => other.path === route && methods.includes(other.method))
        .map(({ hooks }) => hooks as RouteOptions<Claims>);
      knownRoutes.set(key, found);
    }
    return found;
  }

  /** Nothing leaves that no hook has seen: Elysia runs none for a constant that has hooks of every kind. */
  async function answer(response: object, request: Request): Promise<object> {
    if (verdicts.has(request)) return response;
    const verdict = await judge(request, undefined);
    return isAuthError(verdict) ? refuse(verdict, request) : response;
  }

  function refuse(error: AuthError, request: Request): Response {
    return responseOf(guard.refuse(error, request));
  }
}
