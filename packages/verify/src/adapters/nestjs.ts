import {
  type CanActivate,
  type DynamicModule,
  type FactoryProvider,
  Logger,
  type ModuleMetadata,
  type OnModuleInit,
} from "@nestjs/common";
import { APP_GUARD, HttpAdapterHost } from "@nestjs/core";
import { createGuard, type GuardedRequest, type RouteAccess } from "../access/guard.ts";
import type { GuardHost } from "../access/guard-host.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { describeNodeRequest } from "../access/node-host.ts";
import type { Owners, RouteParams } from "../access/owner.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import type { OwnerRule } from "../access/owner-rule.ts";
import { refusalText } from "../access/refusal-text.ts";
import type { CheckedRules } from "../access/route-rules.ts";
import { createRouteTable } from "../access/route-table.ts";
import { refuseMisfit } from "../access/stated-rule.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { authorizationOf } from "../http/authorization.ts";
import type { PreparedResponse } from "../http/problem.ts";
import { warn } from "../warning.ts";
import type { Principal } from "./nestjs/decorators.ts";
import { rulesOf } from "./nestjs/levels.ts";
import { answerOn, type PlatformRequest, type PlatformResponse, pathOf } from "./nestjs/platform.ts";
import { keepPrincipal } from "./nestjs/principals.ts";

export type { OwnerRule } from "../access/owner-rule.ts";
export {
  type BackchannelLogoutAsyncOptions,
  BackchannelLogoutModule,
  type BackchannelLogoutOptions,
  type BackchannelLogoutRoute,
} from "./nestjs/backchannel-logout.ts";
export {
  OptionalAuth,
  Owner,
  Principal,
  Public,
  RequireClaim,
  RequirePolicies,
  RequireScopes,
} from "./nestjs/decorators.ts";
export { optionalPrincipalOf, principalOf } from "./nestjs/principals.ts";

/**
 * Options of {@link UsherModule}. See {@link GuardOptions}. `request` in events is the platform's own:
 * Express's or Fastify's.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { UsherOptions } from "@usher-auth/verify/nestjs";
 *
 * const options: UsherOptions = {
 *   verifier: verifierFromEnv(),
 *   ownerParam: "userId",
 *   onReject: ({ error }) => console.warn(error.code, error.hint),
 * };
 * ```
 */
export type UsherOptions = GuardOptions<RegisteredClaims, object>;

/**
 * Options that depend on other providers: a factory, and the providers to inject into it.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { type UsherAsyncOptions, UsherModule } from "@usher-auth/verify/nestjs";
 *
 * const options: UsherAsyncOptions = {
 *   inject: ["ENVIRONMENT"],
 *   useFactory: (environment: Record<string, string>) => ({
 *     verifier: verifierFromEnv(environment),
 *     ownerParam: "userId",
 *   }),
 * };
 * export const guard = UsherModule.forRootAsync(options);
 * ```
 */
export type UsherAsyncOptions = Pick<ModuleMetadata, "imports"> &
  Pick<FactoryProvider<UsherOptions>, "useFactory" | "inject">;

type Done = (error?: unknown) => void;
type Admitted = Principal | null;
type Credentials = Omit<GuardedRequest<RegisteredClaims, object>, keyof RouteAccess>;

/**
 * Guards a Nest app, on Express or Fastify: every handler of every controller, and every unknown path,
 * requires a valid token, except handlers with `@Public()` or `@OptionalAuth()`. A route whose path or host
 * has the owner parameter is restricted to its owner; `@Owner(rule)` states exceptions. The guard checks the
 * value that `@Param()` and `@HostParam()` return. Rejections are sent directly: exception filters do not see
 * them; use `onReject`.
 *
 * Nest parses bodies before it calls guards. Does not check ids in bodies and queries. Does not guard
 * anything else that was added before the app's modules were ready, such as `app.use(...)` and Swagger's
 * pages. Gateways, microservices and GraphQL have no HTTP route: where Nest calls this guard for them, it
 * rejects the call and emits the process warning `USHER_NOT_HTTP`.
 *
 * @throws {ConfigurationError} When the app is created: an invalid option, or options that depend on a
 *   request-scoped provider.
 *
 * @example
 * ```ts
 * import { Module } from "@nestjs/common";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import { UsherModule } from "@usher-auth/verify/nestjs";
 *
 * @Module({ imports: [UsherModule.forRoot({ verifier: verifierFromEnv(), ownerParam: "userId" })] })
 * export class AppModule {}
 * ```
 */
export const UsherModule: {
  forRoot(options: UsherOptions): DynamicModule;
  forRootAsync(options: UsherAsyncOptions): DynamicModule;
} = {
  forRoot: (options) => UsherModule.forRootAsync({ useFactory: () => options }),
  forRootAsync({ imports = [], inject = [], useFactory }) {
    let isCreated = false;
    /** One class per guard, which knows whether that guard was created. */
    class UsherModuleClass implements OnModuleInit {
      onModuleInit(): void {
        // Nest before 11.2 silently skips a guard with request-scoped dependencies, and every route would be
        // public.
        if (isCreated) return;
        throw new ConfigurationError(
          "UsherModule: the guard was not created. Its options must not depend on a provider with `Scope.REQUEST`.",
        );
      }
    }
    return {
      module: UsherModuleClass,
      imports,
      providers: [
        {
          provide: APP_GUARD,
          inject: [HttpAdapterHost, ...inject],
          useFactory: async (host: HttpAdapterHost, ...dependencies: unknown[]) => {
            const guard = createNestGuard(await useFactory(...dependencies), host);
            isCreated = true;
            return guard;
          },
        },
      ],
    };
  },
};

function createNestGuard(options: UsherOptions, host: HttpAdapterHost): CanActivate & OnModuleInit {
  const guard = createGuard<RegisteredClaims, object>(options, hostOf(new Logger("Usher")));
  const table = createRouteTable(guard.owners);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);
  const { metadata } = guard;

  return {
    canActivate(context) {
      if (context.getType<string>() !== "http") return refuseOtherThanHttp(context.getType());
      const rules = rulesOf([context.getHandler(), context.getClass()]);
      const [request, response] = context.getArgs<[PlatformRequest, PlatformResponse]>();
      const document = metadata?.(request.method, pathOf(request));
      if (document !== undefined) return send(document, response);
      if (rules.access === "public") return true;
      const pass = () => true;
      return rules.access === "optional"
        ? admit(request, response, pass, (credentials) => guard.admitOptional(credentials))
        : admit(request, response, pass, (credentials) =>
            guard.admit({ ...credentials, ...accessOf(request, rules) }),
          );
    },
    onModuleInit() {
      // After the routes of all controllers, and before Nest's own 404.
      const enter = (request: PlatformRequest, response: PlatformResponse, done: Done) => {
        const document = metadata?.(request.method, pathOf(request));
        if (document !== undefined) return void send(document, response);
        return admit(request, response, done, (credentials) =>
          guard.admit({ ...credentials, params: {}, ownerParams: [] }),
        );
      };
      const app = host.httpAdapter?.getInstance();
      if (host.httpAdapter?.getType() === "fastify") {
        app.addHook(
          "preParsing",
          (request: PlatformRequest, reply: PlatformResponse, _: unknown, done: Done) => {
            if (request.is404 !== true) return done();
            const entered = enter(request, reply, done);
            if (entered instanceof Promise) entered.catch(done);
          },
        );
      } else {
        app?.use(enter);
      }
    },
  };

  function accessOf(
    request: PlatformRequest,
    { owner, policies }: CheckedRules<RegisteredClaims>,
  ): RouteAccess<RegisteredClaims> {
    const pattern = patternOf(request);
    if (typeof pattern !== "string")
      throw new Error(
        "usher supports Nest 11 and 12, on Express 5 and Fastify 5: this version does not provide the route's path.",
      );
    const { params, hosts = {} } = request;
    const ofPath = table.ownerParams(pattern, params);
    const ofHost = findOwnerParams(hosts);
    if (owner !== undefined) refuseMisfit(owner, [...new Set([...ofPath, ...ofHost])], pattern);
    if (ofHost.length === 0) return { params, ownerParams: ofPath, owner, policies };
    return { ...withHosts({ params, ofPath, hosts, ofHost, owners: guard.owners, owner }), policies };
  }

  function admit<Result>(
    request: PlatformRequest,
    response: PlatformResponse,
    enter: () => Result,
    verify: (credentials: Credentials) => Admitted | Promise<Admitted>,
  ): Result | Promise<Result> {
    let admitted: Admitted | Promise<Admitted>;
    try {
      admitted = verify({
        authorization: authorizationOf(request.raw ?? request),
        tokenInQuery: Object.hasOwn(request.query ?? {}, "access_token"),
        source: request,
      });
    } catch (error) {
      return refuse(error, request, response);
    }
    const accept = (principal: Admitted): Result => {
      keepPrincipal(request, principal);
      return enter();
    };
    return admitted instanceof Promise
      ? admitted.then(accept, (error: unknown) => refuse(error, request, response))
      : accept(admitted);
  }

  /**
   * Never settles. The response was sent, and any other result would make Nest send another one through the
   * app's exception filters. Nothing awaits this promise, so it is garbage-collected with the request.
   */
  function refuse(error: unknown, request: PlatformRequest, response: PlatformResponse): Promise<never> {
    if (!isAuthError(error)) throw error;
    return send(guard.refuse(error, request), response);
  }

  function send(prepared: PreparedResponse, response: PlatformResponse): Promise<never> {
    answerOn(response, prepared);
    return new Promise<never>(() => {});
  }
}

/** Nest's logger takes no fields with a message: a line of text. */
function hostOf(logger: Logger): GuardHost<object> {
  return {
    adapter: "nestjs",
    describe: (request) => describeNodeRequest(request, patternOf(request as PlatformRequest)),
    logger: () => (level, _message, refusal) => {
      logger[level === "warn" ? "warn" : "log"](refusalText(refusal));
    },
  };
}

/** The route's pattern, if this version of Nest provides it. */
function patternOf({ routeOptions, route }: PlatformRequest): string | undefined {
  return routeOptions?.url ?? route?.path;
}

/** `@Controller({ host: ":userId.example.com" })`. If host and path have the same name, both are checked. */
function withHosts({
  params,
  ofPath,
  hosts,
  ofHost,
  owners,
  owner,
}: {
  readonly params: RouteParams;
  readonly ofPath: readonly string[];
  readonly hosts: RouteParams;
  readonly ofHost: readonly string[];
  readonly owners: Owners<RegisteredClaims>;
  readonly owner: OwnerRule<RegisteredClaims> | undefined;
}): RouteAccess<RegisteredClaims> {
  const nameOf = (name: string): string => `host:${name}`;
  const waived = owner?.params ?? [...new Set([...ofPath, ...ofHost])];
  return {
    params: { ...params, ...Object.fromEntries(ofHost.map((name) => [nameOf(name), hosts[name]])) },
    ownerParams: [...ofPath, ...ofHost.map(nameOf)],
    owners: new Map([...owners, ...ofHost.map((name) => [nameOf(name), owners.get(name) ?? ""] as const)]),
    owner: owner && { ...owner, params: waived.flatMap((name) => [name, nameOf(name)]) },
  };
}

function refuseOtherThanHttp(type: string): false {
  warn(
    `usher only guards HTTP requests to controllers, and rejected a call of type "${type}".`,
    "USHER_NOT_HTTP",
  );
  return false;
}
