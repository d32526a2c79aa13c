import type { OpenedApp } from "../opened-app.ts";
import type { Route } from "../route.ts";
import { sendToFetch } from "../transport/fetch-handler.ts";

/** The parts of an Elysia app that are used. */
export interface ElysiaApp {
  readonly routes: readonly Route[];
  /** Plugins that are still loading. */
  readonly modules: PromiseLike<unknown>;
  handle(request: Request): unknown;
  compile(): unknown;
}

export function isElysia(app: object): app is ElysiaApp {
  const { handle, compile, routes } = app as Partial<ElysiaApp>;
  return typeof handle === "function" && typeof compile === "function" && Array.isArray(routes);
}

/** Lists the routes of the app, its groups and plugins. Elysia compiles handlers, so they cannot be observed. */
export async function openElysia(app: ElysiaApp): Promise<OpenedApp> {
  await app.modules;
  return {
    name: "Elysia app",
    routes: app.routes.map(({ method, path }) => ({ method: method.toUpperCase(), path: path || "/" })),
    send: sendToFetch((request) => app.handle(request)),
    close: async () => undefined,
  };
}
