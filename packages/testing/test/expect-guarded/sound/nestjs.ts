import "reflect-metadata";
import {
  Controller,
  Delete,
  Get,
  HttpCode,
  HttpException,
  Module,
  Param,
  Post,
  VersioningType,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { FastifyAdapter } from "@nestjs/platform-fastify";
import {
  OptionalAuth,
  Owner,
  Public,
  RequirePolicies,
  UsherModule,
  type UsherOptions,
} from "@usher-auth/verify/nestjs";
import { isAdmin, isSupport, type SoundFramework, type SoundOptions, task } from "./sound.ts";

export const soundNest: readonly SoundFramework[] = [
  sound("nestjs on express", () => new ExpressAdapter()),
  sound("nestjs on fastify", () => new FastifyAdapter() as unknown as ExpressAdapter),
];

function sound(name: string, adapter: () => ExpressAdapter): SoundFramework {
  return {
    name,
    async build(options) {
      const app = await NestFactory.create(createModule(options), adapter(), { logger: false, cors: true });
      app.setGlobalPrefix("rest");
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: "1" });
      return { app, close: () => app.close() };
    },
  };
}

function createModule(options: SoundOptions): new () => object {
  const methods: Record<string, { run(...input: unknown[]): unknown; decorators: MethodDecorator[] }> = {
    health: { run: () => ({ status: "ok" }), decorators: [Get("health"), Public()] },
    greeting: { run: () => ({ hello: "stranger" }), decorators: [Get("greeting"), OptionalAuth()] },
    list: { run: () => ({ tasks: [task] }), decorators: [Get("api/:userId/tasks")] },
    create: { run: () => ({}), decorators: [Post("api/:userId/tasks"), HttpCode(400)] },
    remove: {
      run: (id) => {
        if (id !== task.id) throw new HttpException("unknown", 404);
      },
      decorators: [Delete("api/:userId/tasks/:taskId")],
    },
    member: { run: () => ({ member: true }), decorators: [Get("orgs/:orgId/users/:userId")] },
    members: { run: () => ({ members: [] }), decorators: [Get("orgs/:orgId")] },
    admin: { run: () => ({ users: [] }), decorators: [Get("admin"), RequirePolicies(isAdmin)] },
    support: {
      run: () => ({ tickets: [] }),
      decorators: [Get("support/:userId"), Owner({ or: [isSupport] })],
    },
  };
  class Sound {}
  for (const [name, { run, decorators }] of Object.entries(methods)) {
    const descriptor = { value: run, configurable: true, writable: true };
    Object.defineProperty(Sound.prototype, name, descriptor);
    if (name === "remove") Param("taskId")(Sound.prototype, name, 0);
    for (const decorator of decorators) decorator(Sound.prototype, name, descriptor);
  }
  Controller()(Sound);
  class Feature {}
  Module({ controllers: [Sound] })(Feature);
  class App {}
  Module({ imports: [UsherModule.forRoot(options as unknown as UsherOptions), Feature] })(App);
  return App;
}
