import { type NoteRun, noteReturned, outcomeOf, statusOf } from "../handler-runs.ts";
import type { OpenedApp } from "../opened-app.ts";
import type { Route } from "../route.ts";
import { sendToFetch } from "../transport/fetch-handler.ts";

type Handler = (event: { readonly res: { readonly status?: number } }) => unknown;

/** A route as h3 2 stores it. An empty method: all. */
interface H3Route {
  readonly method: string;
  readonly route: string;
  handler: Handler;
  /** The handler with the route's middleware, which h3 creates once. */
  "~composed"?: unknown;
}

/** The parts of an app of h3 2 that are used. */
export interface H3App {
  readonly "~routes": readonly H3Route[];
  fetch(request: Request): unknown;
}

export function isH3(app: object): app is H3App {
  const { "~routes": routes, fetch } = app as Partial<H3App>;
  return Array.isArray(routes) && typeof fetch === "function";
}

/** Lists the routes of the app, with those of the apps that `mount()` has added. */
export function openH3(app: H3App): OpenedApp {
  const routes = app["~routes"];
  return {
    name: "h3 app",
    routes: routes.map(listed),
    watch: (note) => watchRoutes(routes, note),
    send: sendToFetch((request) => app.fetch(request)),
    close: async () => undefined,
  };
}

function listed({ method, route }: H3Route): Route {
  return { method: method === "" ? "ALL" : method, path: route };
}

function watchRoutes(routes: readonly H3Route[], note: NoteRun): () => void {
  const restores = routes.map((route) => {
    const { handler } = route;
    route.handler = function (this: unknown, event) {
      return noteReturned(
        note(listed(route)),
        () => handler.call(this, event),
        (returned) => outcomeOf(statusOf(returned) ?? event.res.status ?? 200),
      );
    };
    delete route["~composed"];
    return () => {
      route.handler = handler;
      delete route["~composed"];
    };
  });
  return () => {
    for (const restore of restores) restore();
  };
}
