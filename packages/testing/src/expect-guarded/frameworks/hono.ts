import { type NoteRun, noteReturned, type Outcome, outcomeOf, statusOf } from "../handler-runs.ts";
import type { OpenedApp } from "../opened-app.ts";
import { exampleOf, fillPattern, parametersOf } from "../path-pattern.ts";
import type { Route } from "../route.ts";
import { sendToFetch } from "../transport/fetch-handler.ts";

type Handler = (context: object, next: () => Promise<void>) => unknown;

interface HonoRoute extends Route {
  readonly handler: Handler & { readonly __COMPOSED_HANDLER?: Handler };
}

/** A handler as the router keeps it, with its route. */
type Entry = [handler: Handler, route: HonoRoute];

/** The parts of a Hono app that are used. */
export interface HonoApp {
  readonly routes: readonly HonoRoute[];
  readonly router: { match(method: string, path: string): readonly [readonly (readonly [Entry, unknown])[]] };
  fetch(request: Request): unknown;
}

export function isHono(app: object): app is HonoApp {
  const { routes, fetch } = app as Partial<HonoApp>;
  // Express 4 throws if `router` is read: read it last.
  return (
    Array.isArray(routes) &&
    typeof fetch === "function" &&
    typeof (app as HonoApp).router?.match === "function"
  );
}

/** Lists the routes of the app, with those of the apps that `route()` has added. */
export function openHono(app: HonoApp): OpenedApp {
  const routes = routesOf(app.routes);
  return {
    name: "Hono app",
    routes,
    watch: (note) => watchRoutes(app, routes, note),
    send: sendToFetch((request) => app.fetch(request)),
    unlisted: "Hono does not list what `mount()` adds, and nothing is known of it.",
    close: async () => undefined,
  };
}

/** Of the handlers of a method and path, the last one answers. `use()` adds middleware for all methods. */
function routesOf(all: readonly HonoRoute[]): readonly HonoRoute[] {
  const last = new Map(
    all.filter((route) => !isMiddleware(route)).map((route) => [`${route.method} ${route.path}`, route]),
  );
  return [...last.values()];
}

function isMiddleware({ method, handler }: HonoRoute): boolean {
  let target: HonoRoute["handler"] = handler;
  // That of an app with its own error handler is wrapped.
  while (target.__COMPOSED_HANDLER !== undefined) target = target.__COMPOSED_HANDLER;
  return method === "ALL" && target.length > 1;
}

/** Replaces handlers in the router's own entries: it has no copy of them elsewhere. */
function watchRoutes(app: HonoApp, routes: readonly HonoRoute[], note: NoteRun): () => void {
  const answering = new Set(routes);
  const restores = new Map<Entry, () => void>();
  for (const { method, path } of routes) {
    const values = Object.fromEntries(parametersOf(path).map((one) => [one.name, exampleOf(one)]));
    const [entries] = app.router.match(method === "ALL" ? "GET" : method, fillPattern(path, values));
    for (const [entry] of entries) {
      const [handler, route] = entry;
      if (!answering.has(route) || restores.has(entry)) continue;
      entry[0] = function (this: unknown, context, next) {
        return noteReturned(note(route), () => handler.call(this, context, next), outcomeOfReturned);
      };
      restores.set(entry, () => {
        entry[0] = handler;
      });
    }
  }
  return () => {
    for (const restore of restores.values()) restore();
  };
}

function outcomeOfReturned(returned: unknown): Outcome {
  const status = statusOf(returned);
  return status === undefined ? "passed" : outcomeOf(status);
}
