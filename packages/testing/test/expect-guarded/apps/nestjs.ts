import "reflect-metadata";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import * as common12 from "@nestjs/common";
import * as core12 from "@nestjs/core";
import * as express12 from "@nestjs/platform-express";
import * as fastify12 from "@nestjs/platform-fastify";
import { content, health, isLeftOut, type SampleFramework, type SampleParts } from "./sample.ts";

interface Nest {
  readonly common: typeof common12;
  readonly core: typeof core12;
  readonly express: typeof express12;
  readonly fastify: typeof fastify12;
}

const nest12: Nest = { common: common12, core: core12, express: express12, fastify: fastify12 };

function loadNest11(): Nest {
  const load = createRequire(
    fileURLToPath(new URL("../../../../../tests/compat/nestjs-11/package.json", import.meta.url)),
  );
  return {
    common: load("@nestjs/common"),
    core: load("@nestjs/core"),
    express: load("@nestjs/platform-express"),
    fastify: load("@nestjs/platform-fastify"),
  };
}

export const nestSamples: readonly SampleFramework[] = [
  sampleOf("nestjs 12 on express", () => nest12, "express"),
  sampleOf("nestjs 12 on fastify", () => nest12, "fastify"),
  sampleOf("nestjs 11 on express", loadNest11, "express"),
  sampleOf("nestjs 11 on fastify", loadNest11, "fastify"),
];

function sampleOf(name: string, load: () => Nest, platform: "express" | "fastify"): SampleFramework {
  return {
    name,
    isWatched: false,
    async build(parts) {
      const { common, core, express, fastify } = load();
      const adapter = platform === "express" ? new express.ExpressAdapter() : new fastify.FastifyAdapter();
      const module = createModule(common, parts);
      const app = await core.NestFactory.create(module, adapter as express12.ExpressAdapter, {
        logger: false,
      });
      app.useGlobalGuards(createGuard(common, parts));
      return { app, close: () => app.close() };
    },
  };
}

function createModule(
  { Controller, Get, Post, Delete, HttpCode, Module }: typeof common12,
  { isEarly }: SampleParts,
) {
  const controller = (prefix: string, routes: readonly MethodDecorator[]): (new () => object) => {
    class Sample {}
    for (const [index, route] of routes.entries()) {
      const name = `handle${index}`;
      const descriptor = {
        value: () => (prefix === "health" ? health : content),
        configurable: true,
        writable: true,
      };
      Object.defineProperty(Sample.prototype, name, descriptor);
      route(Sample.prototype, name, descriptor);
    }
    Controller(prefix)(Sample);
    return Sample;
  };
  const create: MethodDecorator = (target, key, descriptor) => {
    Post("tasks")(target, key, descriptor);
    HttpCode(200)(target, key, descriptor);
  };
  class Nested {}
  Module({ controllers: [controller("nested", [Get("reports")])] })(Nested);
  class App {}
  Module({
    imports: [Nested],
    controllers: [
      controller("health", [Get()]),
      controller("api/:userId", [Get("tasks"), create, Delete("tasks/:taskId")]),
      controller("orgs/:orgId", [Get("members")]),
      controller("profiles", [Get(":uid")]),
      ...(isEarly ? [controller("early", [Get()])] : []),
    ],
  })(App);
  return App;
}

function createGuard({ HttpException }: typeof common12, parts: SampleParts): common12.CanActivate {
  return {
    canActivate(context) {
      const request = context.switchToHttp().getRequest();
      const url: string = request.originalUrl ?? request.url;
      if (isLeftOut({ url }, parts)) return true;
      const refusal = parts.gate({ method: request.method, url, header: (name) => request.headers[name] });
      if (refusal === undefined) return true;
      const response = context.switchToHttp().getResponse();
      for (const [name, value] of Object.entries(refusal.headers)) response.header(name, value);
      throw new HttpException({ refused: true }, refusal.status);
    },
  };
}
