import type {
  FastifyContextConfig,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  RouteOptions,
} from "fastify";
import { createGuard } from "../access/guard.ts";
import type { GuardHost } from "../access/guard-host.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { lateRules } from "../access/late-rules.ts";
import { loggerOfNodeRequest } from "../access/node-host.ts";
import { asWritten } from "../access/owner.ts";
import type { OwnerRule } from "../access/owner-rule.ts";
import type { Policy } from "../access/policies.ts";
import { type CheckedRules, readRouteRules } from "../access/route-rules.ts";
import { createRouteTable, type GuardedRoute } from "../access/route-table.ts";
import type { Principal } from "../claims/principal.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { authorizationOf } from "../http/authorization.ts";
import { pathOfTarget } from "../http/request-target.ts";
import { isUpgrade } from "../websocket/credentials.ts";
import { createUpgradeGuard } from "./fastify/websocket.ts";

export type { SocketSession } from "../websocket/session.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./fastify/backchannel-logout.ts";
export { sessionOf } from "./fastify/websocket.ts";
export type { GuardedRoute };

type AppPrincipal = Principal<RegisteredClaims>;

/** Where a request keeps its principal. `request.principal` reads it. */
const principalSlot: unique symbol = Symbol("usher.principal");
/** Where a request keeps the pattern of its route. Fastify creates `routeOptions` again on each access. */
const patternSlot: unique symbol = Symbol("usher.pattern");
/** Where a request keeps the rules of its route. */
const rulesSlot: unique symbol = Symbol("usher.rules");

declare module "fastify" {
  interface FastifyRequest {
    /** The user of the verified token. Throws on a public route, where no token is verified. */
    readonly principal: AppPrincipal;
    /** On a route with `optionalAuth`: the user of the verified token, or null if the request has none. */
    readonly optionalPrincipal: AppPrincipal | null;
    [principalSlot]: AppPrincipal | null;
    [patternSlot]: string | undefined;
    [rulesSlot]: CheckedRules<RegisteredClaims> | undefined;
  }
  interface FastifyContextConfig {
    /** `true` makes the route public. Every other route requires a valid token. */
    public?: boolean;
    /**
     * `true` accepts requests without a token: read `request.optionalPrincipal`. A token that is sent must be
     * valid. The route's path is not restricted to its owner, since anyone may call it.
     */
    optionalAuth?: boolean;
    /** Who else may use the route, although its path belongs to someone else. Default: no one. */
    owner?: OwnerRule<RegisteredClaims>;
    /**
     * What the route requires in addition to a valid token and the owner's path: `requireScopes(...)`,
     * `requireClaim(...)`.
     */
    policies?: readonly Policy<RegisteredClaims>[];
  }
  interface FastifyInstance {
    usher: {
      /**
       * Lists each route with what guards it, in the order of registration. Routes that were added before the
       * guard are guarded but not listed.
       */
      routes(): readonly GuardedRoute[];
    };
  }
}

/**
 * Options of {@link usher}. See {@link GuardOptions}.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/fastify";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions = GuardOptions<RegisteredClaims, FastifyRequest>;

/**
 * Guards a Fastify 5 app: every route and every unknown path requires a valid token, except routes with
 * `config: { public: true }`. A route whose pattern has the owner parameter is restricted to its owner. The
 * guard checks the value that the router decoded, the value after the route's schema, and the value that the
 * handler gets. A number is compared as text.
 *
 * Register it with `await`, before the routes and after CORS; otherwise rejections have no CORS headers. It
 * applies to the scope in which it is registered and to its children: inside a plugin, it does not guard the
 * plugin's siblings. A CORS preflight passes the guard, so that a CORS plugin can answer it; the handler of a
 * guarded route never runs for one.
 *
 * Does not check ids in bodies and queries.
 *
 * @throws {ConfigurationError} An invalid option, a Fastify version other than 5, or a second guard. For a
 *   route: its `config` has an invalid rule, or rules that contradict each other; or a parameter is another
 *   spelling of the owner parameter (`:user_id` for `userId`) and would silently go unchecked.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { usher } from "@usher-auth/verify/fastify";
 * import fastify from "fastify";
 *
 * const app = fastify();
 * await app.register(usher, { verifier: verifierFromEnv(), ownerParam: "userId" });
 *
 * app.get("/health", { config: { public: true } }, () => ({ status: "ok" }));
 * app.get("/api/:userId/tasks", (request) => ({ tasks: [], owner: request.principal.id }));
 * ```
 */
export async function usher(app: FastifyInstance, options: UsherOptions): Promise<void> {
  const guard = createGuard<RegisteredClaims, FastifyRequest>(options, host);
  const table = createRouteTable(guard.owners);
  const { metadata } = guard;
  // Of a route's final `config`: a later `onRoute` hook may change it, and a route that was added before the
  // guard has not been validated.
  const rulesOf = lateRules((config: FastifyContextConfig & { readonly url?: string }) =>
    readRouteRules<RegisteredClaims>(config, config.url ?? "unknown paths"),
  );
  const upgrades = createUpgradeGuard(guard, options.verifier);

  if (!app.version.startsWith("5."))
    throw new ConfigurationError(`usher supports Fastify 5, not ${app.version}.`);
  if (app.hasRequestDecorator("principal"))
    throw new ConfigurationError(
      "usher is already registered in this scope, or another plugin decorates requests with `principal`.",
    );
  app.decorateRequest(principalSlot, null);
  app.decorateRequest(patternSlot, undefined);
  app.decorateRequest(rulesSlot, undefined);
  app.decorateRequest("principal", { getter: readPrincipal });
  app.decorateRequest("optionalPrincipal", { getter: readOptionalPrincipal });
  app.decorate("usher", { routes: table.list });
  app.addHook("onRoute", (route: RouteOptions) => {
    const rules = readRouteRules(route.config ?? {}, route.url);
    for (const method of [route.method].flat()) table.add(method, route.url, rules);
    wrapHandler(route);
  });

  app.addHook("onRequest", (request, reply, done) => {
    // Fastify creates this object again on each access.
    const { config, url } = request.routeOptions;
    const rules = rulesOf(config);
    request[patternSlot] = url;
    request[rulesSlot] = rules;
    const document = metadata?.(request.method, pathOfTarget(request.url));
    if (document !== undefined)
      return void reply.code(document.status).headers(document.headers).send(Buffer.from(document.body));
    // A preflight has no token. On a route with an optional one, anything that is sent is checked all the
    // same.
    if (rules.access === "public" || (rules.access === "required" && isPreflight(request))) return done();
    const params = paramsOf(request);
    let admitted: AppPrincipal | null | Promise<AppPrincipal | null>;
    try {
      const credentials = {
        authorization: isUpgrade(request.raw)
          ? upgrades.authorizationOf(request)
          : authorizationOf(request.raw),
        tokenInQuery: hasOwn(request.query, "access_token"),
        source: request,
      };
      admitted =
        rules.access === "optional"
          ? guard.admitOptional(credentials)
          : guard.admit({
              ...credentials,
              params,
              ownerParams: table.ownerParams(url, params),
              owner: rules.owner,
              policies: rules.policies,
            });
    } catch (error) {
      return fail(error, request, reply, done);
    }
    // Outside the `try`, which must not catch errors of later hooks.
    if (admitted instanceof Promise) admitWhenVerified(admitted, request, reply, done);
    else admit(admitted, request, done);
  });

  // Earlier hooks may have let a preflight pass. No guarded handler runs without a principal.
  app.addHook("preParsing", (request, reply, _payload, done) => {
    if (request[principalSlot] !== null || !needsPrincipal(request)) return done();
    refuse(
      new AuthError("credentials_missing", { hint: "a preflight that no CORS hook answered" }),
      request,
      reply,
    );
  });

  // After the route's schema, which may have changed a parameter, and before the app's own `preHandler`
  // hooks.
  app.addHook("preHandler", (request, reply, done) => {
    const mismatch = findMismatch(request);
    if (mismatch === undefined) done();
    else fail(mismatch, request, reply, done);
  });

  /** The app's own hooks may change a parameter until the handler runs. */
  function wrapHandler(route: RouteOptions): void {
    const { handler } = route;
    route.handler = function (request, reply) {
      const mismatch = findMismatch(request);
      if (mismatch === undefined) return handler.call(this, request, reply);
      fail(mismatch, request, reply, (error) => void reply.send(error));
      return reply;
    };
  }

  /** Checks the current parameters. Returns the error, or undefined if the principal is the owner. */
  function findMismatch(request: FastifyRequest): unknown {
    const principal = request[principalSlot];
    if (principal === null || !needsPrincipal(request)) return undefined;
    const params = paramsOf(request);
    try {
      const ownerParams = table.ownerParams(request[patternSlot], params);
      const owner = request[rulesSlot]?.owner;
      guard.authorize(principal, { params: asWritten(params, ownerParams), ownerParams, owner }, request);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  function admit(
    principal: AppPrincipal | null,
    request: FastifyRequest,
    done: HookHandlerDoneFunction,
  ): void {
    request[principalSlot] = principal;
    if (principal !== null && isUpgrade(request.raw)) watchUpgrade(principal, request);
    done();
  }

  /** The socket stays open after its request has ended, and must not stay open after its token has. */
  function watchUpgrade(principal: AppPrincipal, request: FastifyRequest): void {
    const params = paramsOf(request);
    const { owner, policies } = request[rulesSlot] ?? {};
    const ownerParams = needsPrincipal(request) ? table.ownerParams(request[patternSlot], params) : [];
    upgrades.open(request, principal, { params, ownerParams, owner, policies });
  }

  /** Rare: keys must be fetched first. */
  function admitWhenVerified(
    pending: Promise<AppPrincipal | null>,
    request: FastifyRequest,
    reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void {
    pending.then(
      (principal) => admit(principal, request, done),
      (error: unknown) => fail(error, request, reply, done),
    );
  }

  function fail(
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
    done: HookHandlerDoneFunction,
  ): void {
    if (isAuthError(error)) refuse(error, request, reply);
    else done(error as Error);
  }

  function refuse(error: AuthError, request: FastifyRequest, reply: FastifyReply): void {
    const refusal = guard.refuse(error, request);
    // As bytes: Fastify adds a charset to the media type of a string.
    reply.code(refusal.status).headers(refusal.headers).send(Buffer.from(refusal.body));
  }
}

// Does what fastify-plugin does: the hooks apply to the scope that registers the guard, not to a child scope.
Object.assign(usher, { [Symbol.for("skip-override")]: true });

const host: GuardHost<FastifyRequest> = {
  adapter: "fastify",
  describe: ({ method, routeOptions, url, id }) => ({
    method,
    route: routeOptions.url,
    path: url,
    requestId: id,
  }),
  logger: loggerOfNodeRequest,
};

function readPrincipal(this: FastifyRequest): AppPrincipal {
  const principal = this[principalSlot];
  if (principal === null)
    throw new Error(
      `${this.routeOptions.url}: no token was verified for this request. On a route with optionalAuth, read request.optionalPrincipal.`,
    );
  return principal;
}

function readOptionalPrincipal(this: FastifyRequest): AppPrincipal | null {
  return this[principalSlot];
}

/** Whether the request's route is neither public nor `optionalAuth`. */
function needsPrincipal(request: FastifyRequest): boolean {
  const access = request[rulesSlot]?.access;
  return access !== "public" && access !== "optional";
}

/** The current parameters: as the router decoded them, or as a schema or a hook changed them. */
function paramsOf(request: FastifyRequest): Record<string, unknown> {
  return (request.params ?? {}) as Record<string, unknown>;
}

/** Fetch standard, "CORS-preflight request". No other request passes the guard. */
function isPreflight(request: FastifyRequest): boolean {
  // The method first: Node builds `headers` on first access, and the guard only needs the raw ones.
  if (request.method !== "OPTIONS") return false;
  const { origin, "access-control-request-method": method } = request.headers;
  return origin !== undefined && method !== undefined;
}

function hasOwn(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
