import { isElysia, openElysia } from "./frameworks/elysia.ts";
import { isExpress, openExpress } from "./frameworks/express.ts";
import { isFastify, openFastify } from "./frameworks/fastify.ts";
import { isH3, openH3 } from "./frameworks/h3.ts";
import {
  isFetchHandler,
  isNodeListener,
  isNodeServer,
  openFetchHandler,
  openNodeListener,
  openNodeServer,
} from "./frameworks/handlers.ts";
import { isHono, openHono } from "./frameworks/hono.ts";
import { isKoa, openKoa } from "./frameworks/koa.ts";
import { isNest, openNest } from "./frameworks/nestjs.ts";
import { isRouteModule, openRouteModule } from "./frameworks/nextjs.ts";
import type { OpenedApp } from "./opened-app.ts";

/**
 * Recognises an app by its members, because this package imports no framework, and a test may have another
 * copy of it. The most specific come first: most apps also have a `fetch`.
 *
 * @throws {TypeError} It is nothing of these, or a handler without `routes`.
 */
export async function openApp(app: object, hasRoutes: boolean): Promise<OpenedApp> {
  if ((typeof app !== "object" && typeof app !== "function") || app === null) refuse(describeUnknown(app));
  if (isNest(app)) return openNest(app);
  if (isFastify(app)) return openFastify(app);
  if (isH3(app)) return openH3(app);
  if (isHono(app)) return openHono(app);
  if (isElysia(app)) return openElysia(app);
  if (isKoa(app)) return openKoa(app);
  if (isExpress(app)) return openExpress(app);
  if (isH3V1(app)) refuse(`an app of h3 1 takes requests only as a listener: ${forms.h3V1}.`);
  if (isTrpc(app)) refuse(`a tRPC router takes requests only through its adapter: ${forms.trpc}.`);

  if (isNodeServer(app)) return needRoutes(await openNodeServer(app), hasRoutes);
  if (isNodeListener(app)) return needRoutes(await openNodeListener(app), hasRoutes);
  if (isFetchHandler(app)) return needRoutes(openFetchHandler(app), hasRoutes);
  if (isRouteModule(app)) return needRoutes(openRouteModule(app), hasRoutes);
  return refuse(describeUnknown(app));
}

const forms = {
  h3V1: 'expectGuarded(toNodeListener(app), { issuer, routes: ["GET /api/:userId/tasks"] })',
  trpc: 'expectGuarded((request) => fetchRequestHandler({ endpoint: "/trpc", req: request, router, createContext }), { issuer, routes: ["GET /trpc/tasks"] })',
  handler:
    'expectGuarded({ fetch: (request) => app.handle(request) }, { issuer, routes: ["GET /api/:userId/tasks"] })',
};

async function needRoutes(app: OpenedApp, hasRoutes: boolean): Promise<OpenedApp> {
  if (hasRoutes) return app;
  await app.close();
  return refuse(
    `a ${app.name} does not list its routes: name them, as in { issuer, routes: ["GET /api/:userId/tasks"] }.`,
  );
}

function isH3V1(app: object): boolean {
  const { stack, handler } = app as { stack?: unknown; handler?: { __is_handler__?: unknown } };
  return Array.isArray(stack) && handler?.__is_handler__ === true;
}

function isTrpc(app: object): boolean {
  const { _def } = app as { _def?: { router?: unknown; procedures?: unknown } };
  return _def?.router === true || typeof _def?.procedures === "object";
}

function describeUnknown(app: unknown): string {
  if (typeof (app as { then?: unknown } | null)?.then === "function")
    return "the first argument is a promise: pass `await` and the app, as in expectGuarded(await buildApp(), { issuer }).";
  return (
    "the first argument must be an app of Fastify, Express, Hono, Koa, NestJS, h3 or Elysia, a fetch handler, a " +
    `node:http listener or server, or a route module of Next.js, not ${app === null ? "null" : `this ${typeof app}`}. ` +
    `For any other framework, pass a handler and its routes: ${forms.handler}.`
  );
}

function refuse(reason: string): never {
  throw new TypeError(`expectGuarded: ${reason}`);
}
