import type { RequestListener } from "node:http";
import { type NoteRun, noteReturned, outcomeOf } from "../handler-runs.ts";
import type { OpenedApp } from "../opened-app.ts";
import { patternOfExpression } from "../path-pattern.ts";
import type { Route } from "../route.ts";
import { serveOnLoopback } from "../transport/loopback.ts";

type Middleware = ((context: { readonly status: number }, next: () => Promise<void>) => unknown) & {
  /** Set by @koa/router on what `routes()` returns. */
  readonly router?: { readonly stack?: readonly Layer[] };
};

/** A route of @koa/router or koa-router, with its prefixes, or a middleware, which has no methods. */
interface Layer {
  readonly path: string | RegExp;
  readonly methods: readonly string[];
  readonly stack: Middleware[];
}

/** The parts of a Koa app that are used. */
export interface KoaApp {
  readonly middleware: readonly Middleware[];
  callback(): RequestListener;
}

interface FoundRoute extends Route {
  readonly layer: Layer;
}

export function isKoa(app: object): app is KoaApp {
  const { middleware, callback } = app as Partial<KoaApp>;
  return Array.isArray(middleware) && typeof callback === "function";
}

/** Lists the routes of the routers that the app uses, with those that are nested in them. */
export async function openKoa(app: KoaApp): Promise<OpenedApp> {
  const routes = app.middleware.flatMap(({ router }) => (router?.stack ?? []).flatMap(routesOf));
  const callback = app.callback();
  return {
    ...(await serveOnLoopback(callback)),
    name: "Koa app",
    routes,
    watch: (note) => watchRoutes(routes, note),
    unlisted:
      "Only @koa/router and koa-router list their routes, where the app itself uses them, not in mount().",
  };
}

function routesOf(layer: Layer): readonly FoundRoute[] {
  const path = typeof layer.path === "string" ? layer.path : patternOfExpression(layer.path);
  if (path === undefined)
    throw new TypeError(
      `expectGuarded: no path can be made for the route ${layer.path}: write it as a text.`,
    );
  return layer.methods.map((method) => ({ method, path: path.startsWith("/") ? path : `/${path}`, layer }));
}

function watchRoutes(routes: readonly FoundRoute[], note: NoteRun): () => void {
  const restores: (() => void)[] = [];
  for (const layer of new Set(routes.map((route) => route.layer))) {
    const index = layer.stack.length - 1;
    const handler = layer.stack[index];
    const route = routes.find((one) => one.layer === layer);
    if (handler === undefined || route === undefined) continue;
    layer.stack[index] = function (this: unknown, context, next) {
      let isPassed = false;
      const pass = () => {
        isPassed = true;
        return next();
      };
      const run = note({ method: layer.methods.length > 2 ? "ALL" : route.method, path: route.path });
      return noteReturned(
        run,
        () => handler.call(this, context, pass),
        () => (isPassed ? "passed" : outcomeOf(context.status)),
      );
    };
    restores.push(() => {
      layer.stack[index] = handler;
    });
  }
  return () => {
    for (const restore of restores) restore();
  };
}
