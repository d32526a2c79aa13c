import type {
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  HookHandlerDoneFunction,
  RouteOptions,
} from "fastify";
import { createGuard } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { asWritten } from "../access/owner.ts";
import { type Policy, readPolicies } from "../access/policies.ts";
import { createRouteTable, type GuardedRoute } from "../access/route-table.ts";
import type { Principal } from "../claims/principal.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { AuthError, ConfigurationError, isAuthError } from "../errors.ts";
import { authorizationOf } from "../http/authorization.ts";
import { isUpgrade } from "../websocket/credentials.ts";
import { createUpgradeGuard } from "./fastify/websocket.ts";

export type { SocketSession } from "../websocket/session.ts";
export { type BackchannelLogoutOptions, backchannelLogout } from "./fastify/backchannel-logout.ts";
export { sessionOf } from "./fastify/websocket.ts";
export type { GuardedRoute };

type AppPrincipal = Principal<RegisteredClaims>;

/** Where a request's principal is kept; `request.principal` reads it. */
const principalSlot: unique symbol = Symbol("usher.principal");
/** Where it keeps its route's pattern, which Fastify puts together anew each time that it is asked. */
const patternSlot: unique symbol = Symbol("usher.pattern");

declare module "fastify" {
  interface FastifyRequest {
    /** Who the verified token speaks for. Reading it on a public route throws: nobody was verified there. */
    readonly principal: AppPrincipal;
    [principalSlot]: AppPrincipal | null;
    [patternSlot]: string | undefined;
  }
  interface FastifyContextConfig {
    /** `true` lets everybody in, unverified. Every other route needs a valid token. */
    public?: boolean;
    /**
     * What the route asks for besides a valid token and the owner's path: `requireScopes(...)`,
     * `requireClaim(...)`.
     */
    policies?: readonly Policy<RegisteredClaims>[];
  }
  interface FastifyInstance {
    usher: {
      /**
       * What guards each route added since the guard was registered, in order. Earlier ones are guarded, and
       * not listed.
       */
      routes(): readonly GuardedRoute[];
    };
  }
}

/**
 * Options of {@link usher}: those of a guard.
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
 * Guards a Fastify app (5): every route, and every path that is none, needs a valid token, unless its route
 * says `config: { public: true }`. Each route whose pattern has the owner parameter is held to its owner: on
 * the value that the router decoded, on what a schema makes of it, and on the value that the handler gets. A
 * number counts as it is written.
 *
 * Register it with `await` before the routes, and after CORS, so that refusals carry CORS headers. It holds
 * for the scope that it is registered in and for all below: registered inside of a plugin, it does not guard
 * that plugin's siblings. A true CORS preflight passes the guard and may be answered by a CORS hook; the
 * handler of a guarded route never runs for one. Does not check ids in bodies and queries.
 *
 * @throws {ConfigurationError} A bad option; another version of Fastify; a guard that is there already; a
 *   route's `config.public` that is no boolean, or `config.policies` that are none or stand on a public
 *   route; a route parameter that is the owner parameter in another spelling (`:user_id` for `userId`), which
 *   would otherwise go unchecked in silence.
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
  const guard = createGuard<RegisteredClaims, FastifyRequest>(options);
  const table = createRouteTable(guard.ownerParams);
  const upgrades = createUpgradeGuard(guard, options.verifier);

  if (!app.version.startsWith("5."))
    throw new ConfigurationError(`usher supports Fastify 5, and this is ${app.version}.`);
  if (app.hasRequestDecorator("principal"))
    throw new ConfigurationError(
      "usher is registered in this scope, or another plugin has decorated `principal`.",
    );
  app.decorateRequest(principalSlot, null);
  app.decorateRequest(patternSlot, undefined);
  app.decorateRequest("principal", { getter: readPrincipal });
  app.decorate("usher", { routes: table.list });
  app.addHook("onRoute", (route: RouteOptions) => {
    const { public: isPublic = false }: { public?: unknown } = route.config ?? {};
    if (typeof isPublic !== "boolean")
      throw new ConfigurationError(`${route.url}: config.public must be true or false.`);
    const policies = readPolicies(route.config?.policies, route.url);
    if (isPublic && policies.length > 0)
      throw new ConfigurationError(
        `${route.url}: a public route has no principal that policies could ask about.`,
      );
    for (const method of [route.method].flat()) table.add(method, route.url, isPublic, policies);
    if (!isPublic) holdHandler(route);
  });

  app.addHook("onRequest", (request, reply, done) => {
    // Fastify makes the object anew each time that it is asked.
    const { config, url } = request.routeOptions;
    request[patternSlot] = url;
    if (config.public === true || isPreflight(request)) return done();
    const params = paramsOf(request);
    let admitted: AppPrincipal | Promise<AppPrincipal>;
    try {
      admitted = guard.admit({
        authorization: isUpgrade(request.raw)
          ? upgrades.authorizationOf(request)
          : authorizationOf(request.raw),
        tokenInQuery: hasOwn(request.query, "access_token"),
        params,
        ownerParams: table.ownerParams(url, params),
        policies: config.policies,
        source: request,
      });
    } catch (error) {
      return fail(error, request, reply, done);
    }
    // Outside of the try: what a later hook throws is not the guard's.
    if (admitted instanceof Promise) admitWhenKnown(admitted, request, reply, done);
    else admit(admitted, request, done);
  });

  // Whatever a hook before this one let through (a preflight), no guarded handler runs without a principal.
  app.addHook("preParsing", (request, reply, _payload, done) => {
    if (request[principalSlot] !== null || request.routeOptions.config.public === true) return done();
    refuse(
      new AuthError("credentials_missing", { hint: "a preflight that no CORS hook answered" }),
      request,
      reply,
    );
  });

  // Behind the route's schema, which may have made another value of a parameter, and before the app's own
  // hooks see it.
  app.addHook("preHandler", (request, reply, done) => {
    const mismatch = findMismatch(request);
    if (mismatch === undefined) done();
    else fail(mismatch, request, reply, done);
  });

  /** Hooks of the app's own may change a parameter until the handler runs. */
  function holdHandler(route: RouteOptions): void {
    const { handler } = route;
    route.handler = function (request, reply) {
      const mismatch = findMismatch(request);
      if (mismatch === undefined) return handler.call(this, request, reply);
      fail(mismatch, request, reply, (error) => void reply.send(error));
      return reply;
    };
  }

  /** What the owner check has against the parameters as they are now. */
  function findMismatch(request: FastifyRequest): unknown {
    const principal = request[principalSlot];
    // A public route. Of the others none is without.
    if (principal === null) return undefined;
    const params = paramsOf(request);
    try {
      const ownerParams = table.ownerParams(request[patternSlot], params);
      guard.authorize(principal, { params: asWritten(params, ownerParams), ownerParams });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  function admit(principal: AppPrincipal, request: FastifyRequest, done: HookHandlerDoneFunction): void {
    request[principalSlot] = principal;
    if (isUpgrade(request.raw)) watchUpgrade(principal, request);
    done();
  }

  /** A socket outlives the request that opened it, and must not outlive its token. */
  function watchUpgrade(principal: AppPrincipal, request: FastifyRequest): void {
    const params = paramsOf(request);
    const { policies } = request.routeOptions.config;
    upgrades.open(request, principal, {
      params,
      ownerParams: table.ownerParams(request[patternSlot], params),
      policies,
    });
  }

  /** The rare way: keys must be fetched first. */
  function admitWhenKnown(
    pending: Promise<AppPrincipal>,
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
    request.log.info({ code: error.code, hint: error.hint }, "request refused by usher");
    const refusal = guard.refuse(error, request);
    // As bytes: Fastify would add a charset to the media type of a text.
    reply.code(refusal.status).headers(refusal.headers).send(Buffer.from(refusal.body));
  }
}

// What fastify-plugin does: the hooks hold for the app that registers this, not for a child of its own.
Object.assign(usher, { [Symbol.for("skip-override")]: true });

function readPrincipal(this: FastifyRequest): AppPrincipal {
  const principal = this[principalSlot];
  if (principal === null)
    throw new Error(`${this.routeOptions.url} is public: no principal was verified for it.`);
  return principal;
}

/** As they are now: as the router decoded them, until a schema or a hook changes them. */
function paramsOf(request: FastifyRequest): Record<string, unknown> {
  return (request.params ?? {}) as Record<string, unknown>;
}

/** Fetch standard, "CORS-preflight request": nothing else is let past the guard. */
function isPreflight(request: FastifyRequest): boolean {
  // The method first: Node puts `headers` together when they are first asked for, and the guard needs only
  // raw ones.
  if (request.method !== "OPTIONS") return false;
  const { origin, "access-control-request-method": method } = request.headers;
  return origin !== undefined && method !== undefined;
}

function hasOwn(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key);
}
