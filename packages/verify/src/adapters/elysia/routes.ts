import type { AnyElysia } from "elysia";
import { ConfigurationError } from "../../errors.ts";
import type { RouteHooks } from "./marks.ts";

/** A route as an app stores it. */
export interface ElysiaRoute {
  readonly method: string;
  readonly path: string;
  readonly handler: unknown;
  readonly hooks: RouteHooks;
}

/** The parts of an app that are not in its public interface. */
export interface ElysiaApp {
  readonly routes: readonly ElysiaRoute[];
  readonly config: { readonly aot?: boolean; readonly name?: string };
  readonly dependencies: object;
  readonly extender: { readonly macro: object };
  wrap(wrapper: () => () => Response): unknown;
  compile(): unknown;
}

/**
 * Elysia has no event for `use`. It replaces these functions of the app that is used, which shows by which
 * app.
 */
type UsedApp = Record<"getParent" | "getGlobalRoutes", () => unknown>;

/** Returns the lists of routes for which an app's hooks run. */
export type RouteLists = () => readonly (readonly ElysiaRoute[])[];

/**
 * Follows an app into the apps that use it: `use` adds its routes to theirs.
 *
 * @param isGuarded Whether an app has this guard.
 * @throws {ConfigurationError} Immediately, or in the `use` of a later app, if that app would have routes
 *   that the guard cannot see.
 */
export function followApp(app: AnyElysia, isGuarded: (app: ElysiaApp) => boolean): RouteLists {
  const lists = new Map<object, RouteLists>();
  checkApp(app as unknown as ElysiaApp);
  return follow(app as unknown as ElysiaApp & UsedApp);

  function follow(guarded: ElysiaApp & UsedApp): RouteLists {
    const known = lists.get(guarded);
    if (known !== undefined) return known;
    /** All routes of the apps that use it. */
    const outer = new Set<RouteLists>();
    const own: RouteLists = () =>
      outer.size === 0 ? [guarded.routes] : [...new Set([...outer].flatMap((list) => list()))];
    lists.set(guarded, own);

    onReplaced(guarded, "getGlobalRoutes", (routes) => {
      // Elysia also reports an app that an asynchronous plugin returns as used by itself.
      if (routes() !== guarded.routes) outer.add(() => [routes() as readonly ElysiaRoute[]]);
    });
    onReplaced(guarded, "getParent", (getParent) => {
      const parent = getParent() as ElysiaApp & UsedApp;
      checkApp(parent, guarded);
      outer.add(follow(parent));
    });
    return own;
  }

  function checkApp(parent: ElysiaApp, plugin?: ElysiaApp): void {
    if (isGuarded(parent)) return;
    const { name } = plugin?.config ?? {};
    if (parent.routes.length > 0)
      refuse(parent, "use it before the routes, because it cannot guard earlier ones.");
    if (parent.config.aot === false) refuse(parent, "Elysia with `aot: false` is not supported.");
    if (name !== undefined && name in parent.dependencies)
      refuse(parent, `Elysia ignores the guard in a second plugin with the name "${name}".`);
    if (plugin === undefined && Object.hasOwn(parent, "getServer") && !Object.hasOwn(parent, "getParent"))
      refuse(parent, "use it on the app itself, not inside its group() or guard().");
  }
}

/** Calls `onReplace` with each function that replaces this one, before the replacement takes effect. */
function onReplaced(
  app: UsedApp,
  name: keyof UsedApp,
  onReplace: (replacement: () => unknown) => void,
): void {
  let current = app[name];
  const earlier = Object.getOwnPropertyDescriptor(app, name)?.set;
  Object.defineProperty(app, name, {
    configurable: true,
    get: () => current,
    set: (replacement: () => unknown) => {
      earlier?.(replacement);
      onReplace(replacement);
      current = replacement;
    },
  });
}

/** If a plugin loads later, no one may see the error. The app must not serve requests then. */
function refuse(app: ElysiaApp, reason: string): never {
  app.wrap(() => () => new Response("This app could not be guarded.", { status: 503 }));
  app.compile();
  throw new ConfigurationError(`usher: ${reason}`);
}

/** Finds the routes that may serve a method and a pattern. Elysia does not say which one it chose. */
export type FindRoutes = (method: string, route: string | undefined) => readonly ElysiaRoute[];

/** Returns the same array as long as the routes do not change. */
export function createRouteFinder(lists: RouteLists): FindRoutes {
  const known = new Map<string, Found>();
  let knownCount = 0;

  return (method, route) => {
    if (route === undefined) return noRoutes;
    const current = lists();
    const count = current.reduce((sum, routes) => sum + routes.length, 0);
    if (count !== knownCount) known.clear();
    knownCount = count;
    const key = `${method} ${route}`;
    let found = known.get(key);
    // A route may be added at any time, and may replace one with the same method and pattern.
    if (found === undefined || !found.routes.every(isInPlace, found)) {
      found = find(current, method, route);
      known.set(key, found);
    }
    return found.routes;
  };
}

const noRoutes: readonly ElysiaRoute[] = [];

/** Routes, and their places in the lists. */
interface Found {
  readonly routes: readonly ElysiaRoute[];
  readonly places: readonly { readonly list: readonly ElysiaRoute[]; readonly index: number }[];
}

function isInPlace(this: Found, route: ElysiaRoute, position: number): boolean {
  const place = this.places[position];
  return place?.list[place.index] === route;
}

function find(lists: readonly (readonly ElysiaRoute[])[], method: string, path: string): Found {
  const methods = [method, "ALL", ...(method === "HEAD" ? ["GET"] : []), ...(method === "GET" ? ["WS"] : [])];
  const found = lists.flatMap((list) =>
    list
      .map((route, index) => ({ list, index, route }))
      .filter(({ route }) => route.path === path && methods.includes(route.method)),
  );
  return { routes: found.map(({ route }) => route), places: found };
}

/**
 * Returns the routes that may have responded without any hook: constant responses with hooks of every kind.
 * If none has exactly this path, returns all those with a parameter or a wildcard.
 */
export function findRoutesWithoutHooks(
  lists: readonly (readonly ElysiaRoute[])[],
  { method, url }: Request,
): readonly ElysiaRoute[] {
  const { pathname } = new URL(url);
  const paths = [pathname, pathname.replace(/\/$/, ""), `${pathname}/`];
  const withoutHooks = lists
    .flat()
    .filter(
      (route) => [method, "ALL", method === "HEAD" ? "GET" : ""].includes(route.method) && runsNoHooks(route),
    );
  const exact = withoutHooks.filter(({ path }) => paths.includes(path) || paths.includes(encodeURI(path)));
  return exact.length > 0 ? exact : withoutHooks.filter(({ path }) => /[:*]/.test(path));
}

function runsNoHooks({ handler, hooks }: ElysiaRoute): boolean {
  const kinds = ["parse", "transform", "beforeHandle", "afterHandle"] as const;
  return (
    typeof handler !== "function" &&
    kinds.every((kind) => (hooks as { [kind]?: readonly unknown[] })[kind]?.length)
  );
}
