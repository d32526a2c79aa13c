import type {
  CanActivate,
  DynamicModule,
  FactoryProvider,
  ModuleMetadata,
  OnModuleInit,
} from "@nestjs/common";
import { APP_GUARD, HttpAdapterHost } from "@nestjs/core";
import { createGuard, type RouteAccess } from "../access/guard.ts";
import type { GuardOptions } from "../access/guard-options.ts";
import { createOwnerParamFinder } from "../access/owner-params.ts";
import { createRouteTable } from "../access/route-table.ts";
import type { RegisteredClaims } from "../claims/register.ts";
import { ConfigurationError, isAuthError } from "../errors.ts";
import { authorizationOf } from "../http/authorization.ts";
import { warn } from "../warning.ts";
import { isPublic, keepPrincipal, type Level, type Principal, policiesOf } from "./nestjs/decorators.ts";
import { answerOn, type PlatformRequest, type PlatformResponse } from "./nestjs/platform.ts";

export {
  type BackchannelLogoutAsyncOptions,
  BackchannelLogoutModule,
  type BackchannelLogoutOptions,
  type BackchannelLogoutRoute,
} from "./nestjs/backchannel-logout.ts";
export {
  Principal,
  Public,
  principalOf,
  RequireClaim,
  RequirePolicies,
  RequireScopes,
} from "./nestjs/decorators.ts";

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

/**
 * Guards a Nest app, on Express or Fastify: every handler of every controller, and every unknown path,
 * requires a valid token, except handlers with `@Public()`. A route whose path or host has the owner
 * parameter is restricted to its owner. The guard checks the value that `@Param()` and `@HostParam()` return.
 * Rejections are sent directly: exception filters do not see them; use `onReject`.
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
  const guard = createGuard<RegisteredClaims, object>(options);
  const table = createRouteTable(guard.owners);
  const findOwnerParams = createOwnerParamFinder(guard.ownerParams);

  return {
    canActivate(context) {
      if (context.getType<string>() !== "http") return refuseOtherThanHttp(context.getType());
      const levels = [context.getHandler(), context.getClass()];
      if (isPublic(levels)) return true;
      const [request, response] = context.getArgs<[PlatformRequest, PlatformResponse]>();
      return admit(
        request,
        response,
        () => true,
        () => accessOf(request, levels),
      );
    },
    onModuleInit() {
      // After the routes of all controllers, and before Nest's own 404.
      const nothing = (): RouteAccess<RegisteredClaims> => ({ params: {}, ownerParams: [] });
      const app = host.httpAdapter?.getInstance();
      if (host.httpAdapter?.getType() === "fastify") {
        app.addHook(
          "preParsing",
          (request: PlatformRequest, reply: PlatformResponse, _: unknown, done: Done) => {
            if (request.is404 !== true) return done();
            const entered = admit(request, reply, done, nothing);
            if (entered instanceof Promise) entered.catch(done);
          },
        );
      } else {
        app?.use((request: PlatformRequest, response: PlatformResponse, next: Done) =>
          admit(request, response, next, nothing),
        );
      }
    },
  };

  function accessOf(request: PlatformRequest, levels: readonly Level[]): RouteAccess<RegisteredClaims> {
    const pattern: unknown = request.routeOptions?.url ?? request.route?.path;
    if (typeof pattern !== "string")
      throw new Error(
        "usher supports Nest 11 and 12, on Express 5 and Fastify 5: this version does not provide the route's path.",
      );
    const { params, hosts = {} } = request;
    const ownerParams = table.ownerParams(pattern, params);
    // `@Controller({ host: ":userId.example.com" })`. If host and path have the same name, both are checked.
    const ofHost = findOwnerParams(hosts).map((name) => [`host:${name}`, hosts[name]] as const);
    return {
      params: ofHost.length === 0 ? params : { ...params, ...Object.fromEntries(ofHost) },
      ownerParams: [...ownerParams, ...ofHost.map(([name]) => name)],
      policies: levels.flatMap(policiesOf),
    };
  }

  function admit<Result>(
    request: PlatformRequest,
    response: PlatformResponse,
    enter: () => Result,
    readAccess: () => RouteAccess<RegisteredClaims>,
  ): Result | Promise<Result> {
    let admitted: Principal | Promise<Principal>;
    try {
      admitted = guard.admit({
        authorization: authorizationOf(request.raw ?? request),
        tokenInQuery: Object.hasOwn(request.query ?? {}, "access_token"),
        ...readAccess(),
        source: request,
      });
    } catch (error) {
      return refuse(error, request, response);
    }
    const accept = (principal: Principal): Result => {
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
    answerOn(response, guard.refuse(error, request));
    return new Promise<never>(() => {});
  }
}

function refuseOtherThanHttp(type: string): false {
  warn(
    `usher only guards HTTP requests to controllers, and rejected a call of type "${type}".`,
    "USHER_NOT_HTTP",
  );
  return false;
}
