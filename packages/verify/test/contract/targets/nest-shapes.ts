import "reflect-metadata";
import {
  All,
  applyDecorators,
  type ControllerOptions,
  Get,
  type INestApplication,
  Module,
  Param,
  RequestMapping,
  Scope,
  Version,
  VersioningType,
} from "@nestjs/common";
import { NestFactory, RouterModule } from "@nestjs/core";
import { requireScopes } from "@usher-auth/verify";
import {
  Public,
  RequirePolicies,
  RequireScopes,
  UsherModule,
  type UsherOptions,
} from "@usher-auth/verify/nestjs";
import type { Handle, TargetShapes } from "../target.ts";
import { decorate } from "./nest-decorate.ts";
import { platforms } from "./nest-platforms.ts";

export function nestShapes(platform: keyof typeof platforms): TargetShapes {
  return {
    owned: {
      "a handler": "/handler/{owner}",
      "a controller's path": "/of/{owner}/tasks",
      "a controller with a list of paths": "/list-b/{owner}",
      "a handler with a list of paths": "/either-b/{owner}",
      "all methods": "/all/{owner}",
      "@RequestMapping()": "/mapping/{owner}",
      "a version": "/v2/versioned/{owner}",
      "a module's path": "/modules/{owner}/deep/tasks",
      "a request-scoped controller": "/each/{owner}",
      "a base class": "/derived/{owner}",
      "before a wildcard": "/files/{owner}/a/b",
      "next to a wildcard": "/beside/{owner}",
      "below another parameter": "/teams/1/users/{owner}",
    },
    scoped: {
      "of a handler": "/scoped",
      "of a handler, written above its path": "/scoped-above",
      "of a controller": "/scoped-controller/anything",
      "of a composed decorator": "/scoped-composed",
      "of a base class": "/scoped-derived/anything",
      "of a handler of a base class": "/scoped-inherited",
      "of a handler of a public controller": "/open-controller/scoped",
      "of a module in a module": "/modules/deep/scoped",
    },
    open: {
      "by the handler": "/open",
      "by the controller": "/open-controller/anything",
      "by a composed decorator": "/open-composed",
      "by a base class": "/open-derived/anything",
    },
    rejected: {
      "an optional owner that is missing": "/optional",
      "another spelling": "/misspelt/alice",
      "another spelling in a controller's path": "/misspelt-of/alice/tasks",
      ...(platform === "express" && { "another spelling of a wildcard": "/misspelt-wild/alice" }),
      "an owner twice": "/twice/alice/alice",
    },
    async start(options, handle) {
      const app = await createApp(platform, options as UsherOptions, handle);
      await app.enableVersioning({ type: VersioningType.URI }).listen(0, "127.0.0.1");
      return {
        origin: `http://127.0.0.1:${app.getHttpServer().address().port}`,
        close: () => app.close(),
      };
    },
  };
}

type Routes = Record<string, MethodDecorator[]>;

function createApp(
  platform: keyof typeof platforms,
  options: UsherOptions,
  handle: Handle,
): Promise<INestApplication> {
  const scoped = () => RequireScopes("tasks:write");
  const controller = (
    controllerOptions: ControllerOptions,
    routes: Routes,
    ofAll: ClassDecorator[] = [],
    Base: new () => object = Object,
  ): (new () => object) => {
    class Shape extends Base {}
    for (const name of Object.keys(routes))
      Object.assign(Shape.prototype, {
        [name](params: Record<string, unknown>) {
          return handle({ params });
        },
      });
    for (const decorator of ofAll) decorator(Shape);
    const handlers = Object.entries(routes).map(([name, method]) => [
      name,
      { method, parameters: [Param()] },
    ]);
    return decorate(Shape, Object.fromEntries(handlers), controllerOptions);
  };

  // The wildcard and the optional parameter of each platform's router.
  const rest = platform === "express" ? "*rest" : "*";
  const optional = platform === "express" ? "/optional{/:userId}" : "/optional/:userId?";
  const ScopedBase = controller({ path: "scoped-base" }, { anything: [Get("anything")] }, [scoped()]);
  const OpenBase = controller({ path: "open-base" }, { anything: [Get("anything")] }, [Public()]);
  const Base = controller(
    { path: "base" },
    { own: [Get("derived/:userId")], inherited: [Get("scoped-inherited"), scoped()] },
  );
  const controllers = [
    controller(
      {},
      {
        handler: [Get("handler/:userId")],
        either: [Get(["either-a/:userId", "either-b/:userId"])],
        all: [All("all/:userId")],
        mapping: [RequestMapping({ path: "mapping/:userId" })],
        versioned: [Version("2"), Get("versioned/:userId")],
        files: [Get(`files/:userId/${rest}`)],
        beside: [Get("beside/:userId")],
        wildcard: [Get(`beside/${rest}`)],
        below: [Get("teams/:teamId/users/:userId")],
        scoped: [Get("scoped"), scoped()],
        above: [scoped(), Get("scoped-above")],
        composed: [applyDecorators(Get("scoped-composed"), RequirePolicies(requireScopes("tasks:write")))],
        open: [Get("open"), Public()],
        openComposed: [applyDecorators(Public(), Get("open-composed"))],
        optional: [Get(optional)],
        misspelt: [Get("misspelt/:user_id")],
        ...(platform === "express" && { misspeltWild: [Get("misspelt-wild/*user_id")] }),
        twice: [Get("twice/:userId/:userId")],
      },
    ),
    controller({ path: "of/:userId" }, { tasks: [Get("tasks")] }),
    controller({ path: ["list-a/:userId", "list-b/:userId"] }, { root: [Get()] }),
    controller({ path: "each", scope: Scope.REQUEST }, { own: [Get(":userId")] }),
    controller({ path: "misspelt-of/:user_id" }, { tasks: [Get("tasks")] }),
    controller({ path: "scoped-controller" }, { anything: [Get("anything")] }, [scoped()]),
    controller({ path: "scoped-derived" }, {}, [], ScopedBase),
    controller({ path: "open-derived" }, {}, [], OpenBase),
    controller({}, {}, [], Base),
    controller(
      { path: "open-controller" },
      { anything: [Get("anything")], scoped: [Get("scoped"), scoped()] },
      [Public()],
    ),
  ];

  // The guard is in a separate module, next to the module whose path has the owner.
  class Auth {}
  Module({ imports: [UsherModule.forRoot(options)] })(Auth);
  class Deep {}
  Module({ controllers: [controller({}, { tasks: [Get("tasks")] })] })(Deep);
  class Other {}
  Module({ controllers: [controller({}, { scoped: [Get("scoped"), scoped()] })] })(Other);
  class App {}
  const routes = RouterModule.register([
    { path: "modules/:userId", children: [{ path: "deep", module: Deep }] },
    { path: "modules/deep", module: Other },
  ]);
  Module({ imports: [Deep, Other, routes, Auth], controllers })(App);
  return NestFactory.create(App, platforms[platform](), { logger: false });
}
