import type { AnyElysia, Elysia } from "elysia";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import type { Principal, TokenClaims } from "../claims/principal.ts";
import { type AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { responseOf } from "../http/answers.ts";
import { createJudge, type Judgement } from "./elysia/decide.ts";
import { createHook, createMark, type Hook, type RouteOptions } from "./elysia/marks.ts";
import { createRouteFinder, findMuteRoutes, followApp, type RouteLists } from "./elysia/routes.ts";
import { createSocketHold } from "./elysia/websocket.ts";

export type { SocketSession } from "../websocket/session.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./elysia/backchannel-logout.ts";
export type { RouteOptions } from "./elysia/marks.ts";
export { sessionOf } from "./elysia/websocket.ts";

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

/** How a hook of Elysia's answers. */
type Status = (status: number, response: Response) => object;

/**
 * Guards an Elysia app: `new Elysia().use(usher({ verifier, ownerParam: "userId" }))`. Every route, and every
 * path that is none, needs a valid token, unless its route says `{ public: true }`; handlers get `principal`,
 * which is absent on a public route. Each route whose pattern has the owner parameter is held to its owner,
 * on the value that Elysia decoded, and once more on what a schema of `params` has made of it, but not on
 * what a later hook (`resolve`, `beforeHandle`) does. `public` and `policies` may stand in a route's options,
 * and in those of `group()`, `guard()` with a callback, `mount()` and a macro; `policies` in `guard()` by
 * itself, too.
 *
 * Use it before the routes, and after CORS, so that refusals carry CORS headers: on the app that listens, or
 * in a plugin of it. For its types, use the same guard in the files of your other routes. A server below
 * `app.mount` is behind a token, but has no owner. Elysia parses the body of a route that uses it before any
 * hook: `maxRequestBodySize` is what bounds that. Does not check ids in bodies and queries.
 *
 * @throws {ConfigurationError} A bad option; when it is used, or an app that uses it is: routes that were
 *   there first, `aot: false`, which has no way to hold back what no hook has seen, a group of its own, a
 *   plugin's name that is taken.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/elysia";
 * import { Elysia } from "elysia";
 *
 * new Elysia()
 *   .use(usher({ verifier: verifierFromEnv(), ownerParam: "userId" }))
 *   .get("/health", () => ({ status: "ok" }), { public: true })
 *   .get("/api/:userId/tasks", ({ principal }) => ({ tasks: [], owner: principal.id }));
 * ```
 */
export function usher<Claims = TokenClaims>(
  options: GuardOptions<Claims, Request>,
): (app: AnyElysia) => UsherElysia<Claims> {
  const guard = createGuard<Claims, Request>(options);
  const judge = createJudge(guard);
  const holdSockets = createSocketHold(guard, options.verifier, judge);
  /** A macro that no route can ask for: it tells that an app has this guard. */
  const guarded = Symbol("usher");
  let count = 0;

  return (app) => {
    // Elysia 1.3 keeps its macros elsewhere.
    const { extender } = app as unknown as { extender?: { macro?: unknown } };
    if (extender?.macro === undefined)
      throw new ConfigurationError("usher: give it to an app of Elysia 1.4.");
    const lists = followApp(app, ({ extender }) => guarded in extender.macro);
    const findRoutes = createRouteFinder(lists);
    // Elysia reads the text of a hook: only what is named here is prepared.
    const admit = createHook("derive", async ({ request, route, params, status }) => {
      const routes = findRoutes(request.method, route);
      holdSockets(routes);
      const verdict = await judge(request, route, params, routes).verdict;
      if (verdict === "public") return {};
      return isAuthError(verdict) ? refuseBy(status, verdict, request) : { principal: verdict };
    });
    // What a schema or a hook of the app's has made of the parameters is what the handler gets.
    const recheck = createHook("resolve", ({ request, params, status }) => {
      return hold(request, status, (judgement) => judge.authorize(judgement, params));
    });
    return (
      app
        .macro({
          [guarded]: {},
          public: (value: unknown) =>
            value === undefined ? {} : { transform: createMark({ public: value === true }, () => ({})) },
          policies: (value?: readonly Policy<Claims>[]) =>
            // Macros of one seed count as one: those of two policies with the same name, too.
            value === undefined ? {} : { seed: `policies ${++count}`, transform: markPolicies(value) },
        } as never)
        .wrap((fetch, request) => async (...input: unknown[]) => {
          const earlier = judge.last(request);
          const response = (await fetch(...input)) as object;
          return judge.last(request) === earlier ? answerUnseen(response, request, lists) : response;
        })
        .onTransform({ as: "global" }, admit as never)
        .onBeforeHandle({ as: "global" }, recheck as never)
        // An unknown path, or a body that could not be parsed, which Elysia does first.
        .onError({ as: "global" }, async ({ request, route, params }) => {
          if (judge.last(request) !== undefined) return;
          const verdict = await judge(request, route, params, findRoutes(request.method, route)).verdict;
          return isAuthError(verdict) ? refuse(verdict, request) : undefined;
        }) as unknown as UsherElysia<Claims>
    );
  };

  /**
   * The hook by which policies go with their route wherever it is taken in, also where its app is not known.
   * Elysia leaves it in the options that it came by: used in an app with another guard, it is for that one to
   * read.
   */
  function markPolicies(value: readonly Policy<Claims>[]): Hook {
    const policies = readPolicies(value, "usher");
    return createMark({ policies }, ({ request, params, status }) =>
      hold(request, status, (judgement) => {
        if (policies.every((policy) => judgement.policies.includes(policy))) return;
        judge.authorize(judgement, params, policies);
      }),
    );
  }

  /** Asks once more of a request that was let in, and answers where it is refused now. */
  function hold(request: Request, status: Status, check: (judgement: Judgement<Claims>) => void): object {
    const judgement = judge.last(request);
    try {
      if (judgement !== undefined) check(judgement);
      return {};
    } catch (error) {
      if (!isAuthError(error)) throw error;
      return refuseBy(status, error, request);
    }
  }

  /** Nothing leaves that no hook has seen: Elysia runs none for a constant that has hooks of every kind. */
  async function answerUnseen(response: object, request: Request, lists: RouteLists): Promise<object> {
    const mute = findMuteRoutes(lists(), request);
    const verdict = await judge(request, mute[0]?.path, {}, mute).verdict;
    return isAuthError(verdict) ? refuse(verdict, request) : response;
  }

  function refuseBy(status: Status, error: AuthError, request: Request): object {
    const refusal = refuse(error, request);
    return status(refusal.status, refusal);
  }

  function refuse(error: AuthError, request: Request): Response {
    return responseOf(guard.refuse(error, request));
  }
}
