import "reflect-metadata";
import { All, Get, type INestApplication, Module, Param } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import {
  Principal,
  Public,
  RequireClaim,
  RequireScopes,
  UsherModule,
  type UsherOptions,
} from "@usher-auth/verify/nestjs";
import { standardError } from "../logs.ts";
import {
  brokenPolicy,
  type ContractServer,
  type ContractTarget,
  type Handle,
  type HandlerView,
  handlerFailure,
} from "../target.ts";
import { createCallersController } from "./nest-callers.ts";
import { decorate } from "./nest-decorate.ts";
import { platforms } from "./nest-platforms.ts";
import { nestShapes } from "./nest-shapes.ts";

function createController(handle: Handle): new () => object {
  type View = NonNullable<HandlerView["params"]>;
  class ContractController {
    nothing(): object {
      return handle({});
    }
    echo(params: View): object {
      return handle({ params });
    }
    me(principal: Principal): object {
      return handle({ principal });
    }
    tasks(principal: Principal, params: View): object {
      return handle({ principal, params });
    }
    task(principal: Principal, params: View): object {
      return handle({ principal, params });
    }
    scoped(principal: Principal): object {
      return handle({ principal });
    }
    role(principal: Principal): object {
      return handle({ principal });
    }
    ownScoped(principal: Principal, params: View): object {
      return handle({ principal, params });
    }
    broken(principal: Principal): object {
      return handle({ principal });
    }
    throws(): object {
      throw new Error(handlerFailure);
    }
  }
  return decorate(ContractController, {
    nothing: { method: [Get("/public"), Public()], parameters: [] },
    echo: {
      method: [Get(["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"]), Public()],
      parameters: [Param()],
    },
    me: { method: [Get("/me")], parameters: [Principal()] },
    tasks: { method: [All("/api/:userId/tasks")], parameters: [Principal(), Param()] },
    task: { method: [Get("/api/:userId/tasks/:taskId")], parameters: [Principal(), Param()] },
    scoped: { method: [Get("/scoped"), RequireScopes("tasks:write")], parameters: [Principal()] },
    role: { method: [Get("/role"), RequireClaim(({ role }) => role === "admin")], parameters: [Principal()] },
    ownScoped: {
      method: [Get("/api/:userId/scoped"), RequireScopes("tasks:read", "tasks:write")],
      parameters: [Principal(), Param()],
    },
    broken: { method: [Get("/broken"), RequireClaim(brokenPolicy)], parameters: [Principal()] },
    throws: { method: [Get("/throws")], parameters: [] },
  });
}

/** Creates a silent Nest app with these controllers behind the guard, on one of its platforms. */
export async function createNestApp(
  platform: keyof typeof platforms,
  options: UsherOptions,
  controllers: (new () => object)[],
): Promise<INestApplication> {
  class App {}
  Module({ imports: [UsherModule.forRoot(options)], controllers })(App);
  // Closes connections immediately: a test may leave a request without a response.
  return NestFactory.create(App, platforms[platform](), { logger: false, forceCloseConnections: true });
}

function nestTarget(platform: keyof typeof platforms): ContractTarget {
  return {
    name: `nestjs on ${platform}`,
    tells: { adapter: "nestjs" },
    shapes: nestShapes(platform),
    exceptions: {
      "a rejection does not wait for the body": "Nest parses a request's body before it calls guards",
      [standardError]: "Nest has its own logger, which this app has turned off",
    },
    callers: {
      start: (options, handle) =>
        serve(createNestApp(platform, options as UsherOptions, [createCallersController(handle)])),
    },
    start: (options, handle) =>
      serve(createNestApp(platform, options as UsherOptions, [createController(handle)])),
  };
}

async function serve(creating: Promise<INestApplication>): Promise<ContractServer> {
  const app = await creating;
  await app.listen(0, "127.0.0.1");
  return {
    origin: `http://127.0.0.1:${app.getHttpServer().address().port}`,
    close: () => app.close(),
  };
}

export const nestExpressTarget: ContractTarget = nestTarget("express");
export const nestFastifyTarget: ContractTarget = nestTarget("fastify");
