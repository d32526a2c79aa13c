import { AsyncLocalStorage } from "node:async_hooks";
import type { RequestListener, ServerResponse } from "node:http";
import { type HandlerRun, isThenable, type NoteRun, outcomeOf } from "../handler-runs.ts";
import type { OpenedApp } from "../opened-app.ts";
import { patternOfExpression } from "../path-pattern.ts";
import { joinPaths, type Route } from "../route.ts";
import { serveOnLoopback } from "../transport/loopback.ts";

type Handler = (request: object, response: ServerResponse, next: (error?: unknown) => void) => unknown;

/** What a router runs for a path: a middleware, a router, or a route. */
interface Layer {
  handle: Handler & { readonly stack?: readonly Layer[] };
  readonly name?: string;
  readonly route?: ExpressRoute;
  /** The method of a route's handler, in lower case. Undefined for all. */
  readonly method?: string;
  /** The path, in Express 5.2 and later. */
  readonly rawPath?: unknown;
  /** Whether it is for every path. */
  readonly slash?: boolean;
  /** The path in Express 4. */
  readonly regexp?: RegExp & { readonly fast_slash?: boolean };
  readonly keys?: readonly { readonly name: string | number }[];
}

interface ExpressRoute {
  readonly path: unknown;
  readonly methods: Readonly<Record<string, boolean>>;
  readonly stack: readonly Layer[];
}

/** An Express app, or a separate router. */
export type ExpressApp = RequestListener & {
  readonly handle: unknown;
  readonly set?: unknown;
  readonly stack?: readonly Layer[];
  readonly router?: { readonly stack?: readonly Layer[] };
  readonly _router?: { readonly stack?: readonly Layer[] };
};

/** A route, and its layers by the method that they are listed for. */
interface FoundRoute extends Route {
  readonly layers: readonly Layer[];
}

export function isExpress(app: object): app is ExpressApp {
  if (typeof app !== "function") return false;
  const { handle, set, stack } = app as unknown as ExpressApp;
  return typeof handle === "function" && (typeof set === "function" || Array.isArray(stack));
}

/** Lists the routes of the app, its routers and the apps that are mounted in it. */
export async function openExpress(app: ExpressApp, name = "Express app", watch = true): Promise<OpenedApp> {
  const routes = routesIn(stackOf(app), "");
  const isApp = typeof app.set === "function";
  const listener: RequestListener = isApp ? app : (request, response) => serveRouter(app, request, response);
  return {
    ...(await serveOnLoopback(listener)),
    name,
    routes,
    ...(watch && { watch: (note) => watchRoutes(routes, note) }),
  };
}

/** A router leaves what it does not know to its app. */
function serveRouter(router: ExpressApp, ...[request, response]: Parameters<RequestListener>): void {
  (router as unknown as Handler)(request, response, (error) => {
    response.statusCode = error === undefined || error === null ? 404 : 500;
    response.end();
  });
}

/** Express 4 throws if `router` is read. */
function stackOf(app: ExpressApp): readonly Layer[] {
  return app.stack ?? (app._router ?? readRouter(app))?.stack ?? [];
}

function readRouter(app: ExpressApp): ExpressApp["router"] {
  try {
    return app.router;
  } catch {
    return undefined;
  }
}

function routesIn(stack: readonly Layer[], prefix: string): readonly FoundRoute[] {
  return stack.flatMap((layer) => {
    const { route } = layer;
    if (route !== undefined) return routesOf(route, prefix);
    const inner = layer.handle.stack ?? stackOfMounted(layer);
    if (inner === undefined || inner.length === 0) return [];
    return mountPaths(layer, prefix).flatMap((path) => routesIn(inner, joinPaths(prefix, path)));
  });
}

function routesOf({ path, methods, stack }: ExpressRoute, prefix: string): readonly FoundRoute[] {
  return [path].flat(9).flatMap((one) => {
    const isExpression = one instanceof RegExp && patternOfExpression(one) === undefined;
    const path = isExpression ? `${prefix}${one}` : joinPaths(prefix, textOf(one, prefix));
    return Object.keys(methods).map((name) => {
      const isAll = name === "_all";
      const layers = stack.filter(({ method }) => isAll || method === undefined || method === name);
      return { method: isAll ? "ALL" : name.toUpperCase(), path, layers, isExpression };
    });
  });
}

function mountPaths(layer: Layer, prefix: string): readonly string[] {
  const { rawPath, regexp, keys = [] } = layer;
  if (layer.slash === true || regexp?.fast_slash === true) return [""];
  if (rawPath !== undefined) return [rawPath].flat(9).map((path) => textOf(path, prefix));
  if (regexp !== undefined) return regexp.source.split("|^").map((source) => express4Path(source, keys));
  throw new TypeError(
    "expectGuarded: this version of Express does not tell the paths of its routers: update its package `router` to 2.3 or later.",
  );
}

/** The path that path-to-regexp 0.1 made an expression of, such as `^\/users\/(?:([^\/]+?))\/?(?=\/|$)`. */
function express4Path(source: string, keys: readonly { readonly name: string | number }[]): string {
  let index = 0;
  return source
    .replace(/^\^/, "")
    .replace(/\\\/\?\(\?=\\\/\|\$\)$/, "")
    .replaceAll(/(?:\\\/)?\(\?:(?:\\\/)?\((?:[^()\\]|\\.)*\)\)\??/g, (group) => {
      const name = keys[index++]?.name ?? index;
      return `${group.startsWith("\\/") || group.startsWith("(?:\\/") ? "/" : ""}:${name}`;
    })
    .replaceAll(/\\(.)/g, "$1");
}

function textOf(path: unknown, prefix: string): string {
  if (typeof path === "string") return path;
  const pattern = path instanceof RegExp ? patternOfExpression(path) : undefined;
  if (pattern !== undefined) return pattern;
  throw new TypeError(
    `expectGuarded: no path can be made for the route ${String(path)}${prefix && ` below ${prefix}`}: write it as a text.`,
  );
}

/**
 * The layers of an app that is mounted in another. Express wraps it in a function, which first makes the
 * app's own `request` the prototype of the request: that has the app.
 */
function stackOfMounted({ handle, name }: Layer): readonly Layer[] | undefined {
  if (name !== "mounted_app" && handle.name !== "mounted_app") return undefined;
  let mounted: ExpressApp | undefined;
  const target: { url: string | undefined; method: string; headers: object; query: object } = {
    ...{ url: "/", method: "GET", headers: {}, query: {} },
  };
  const request = new Proxy(target, {
    setPrototypeOf(_target, prototype) {
      mounted ??= (prototype as { app?: ExpressApp } | null)?.app;
      // Express 4 goes on with the error: without a path, it calls nothing more.
      target.url = undefined;
      throw new Error("found");
    },
  });
  try {
    handle(request, { setHeader: () => undefined } as unknown as ServerResponse, () => undefined);
  } catch {
    // Nothing of the app has run.
  }
  if (mounted !== undefined) return stackOf(mounted);
  throw new TypeError("expectGuarded: this version of Express does not show the apps that are mounted.");
}

/** The run that the current code belongs to. */
const current = new AsyncLocalStorage<HandlerRun>();

/** Wraps the last handler of each route. Earlier ones are middleware, and may be guards. */
function watchRoutes(routes: readonly FoundRoute[], note: NoteRun): () => void {
  const restores = new Map<Layer, () => void>();
  for (const route of routes) {
    const layer = route.layers.at(-1);
    if (layer === undefined || layer.handle.length > 3 || restores.has(layer)) continue;
    const { handle } = layer;
    layer.handle = function (this: unknown, request, response, next) {
      const run = note({ method: route.method, path: route.path });
      return current.run(run, () => callNoted(run, handle.bind(this), request, response, next));
    };
    restores.set(layer, () => {
      layer.handle = handle;
    });
  }
  return () => {
    for (const restore of restores.values()) restore();
  };
}

function callNoted(
  run: HandlerRun,
  handle: Handler,
  request: object,
  response: ServerResponse,
  next: (error?: unknown) => void,
): unknown {
  noteWriter(response);
  const noteNext = (error?: unknown) => {
    run.outcome = error === undefined || error === "route" || error === "router" ? "passed" : "refused";
    next(error);
  };
  try {
    const returned = handle(request, response, noteNext);
    if (isThenable(returned))
      returned.then(undefined, () => {
        run.outcome = "refused";
      });
    return returned;
  } catch (error) {
    run.outcome = "refused";
    throw error;
  }
}

/** Notes what a handler answered, if it is the handler that answers, and not a guard that runs beside it. */
function noteWriter(response: ServerResponse): void {
  const { writeHead } = response;
  response.writeHead = function (this: ServerResponse, status: number, ...rest: never[]) {
    const run = current.getStore();
    if (run?.outcome === "running") run.outcome = outcomeOf(status);
    return (writeHead as (...input: unknown[]) => ServerResponse).call(this, status, ...rest);
  } as typeof writeHead;
}
