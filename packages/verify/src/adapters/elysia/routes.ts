import type { AnyElysia } from "elysia";
import { ConfigurationError } from "../../errors.ts";
import type { RouteHooks } from "./marks.ts";

/** A route as an app keeps it. */
export interface ElysiaRoute {
  readonly method: string;
  readonly path: string;
  readonly handler: unknown;
  readonly hooks: RouteHooks;
}

/** What there is of an app besides its public interface. */
export interface ElysiaApp {
  readonly routes: readonly ElysiaRoute[];
  readonly config: { readonly aot?: boolean; readonly name?: string };
  readonly dependencies: object;
  readonly extender: { readonly macro: object };
  wrap(wrapper: () => () => Response): unknown;
  compile(): unknown;
}

/** Elysia has no better place to say which app has taken in which: `use` replaces these. */
type TakenIn = Record<"getParent" | "getGlobalRoutes", () => unknown>;

/** The lists of the routes that an app's hooks run for. */
export type RouteLists = () => readonly (readonly ElysiaRoute[])[];

/**
 * Follows an app into the apps that use it, which is when they add its routes to theirs.
 *
 * @param isGuarded Whether an app has been told of this guard.
 * @throws {ConfigurationError} By itself, or by the `use` of an app: that app would have routes that the
 *   guard cannot see.
 */
export function followApp(app: AnyElysia, isGuarded: (app: ElysiaApp) => boolean): RouteLists {
  const lists = new Map<object, RouteLists>();
  admitApp(app as unknown as ElysiaApp);
  return follow(app as unknown as ElysiaApp & TakenIn);

  function follow(guarded: ElysiaApp & TakenIn): RouteLists {
    const known = lists.get(guarded);
    if (known !== undefined) return known;
    /** Of the apps that have taken it in: all of their routes. */
    const outer = new Set<RouteLists>();
    const own: RouteLists = () =>
      outer.size === 0 ? [guarded.routes] : [...new Set([...outer].flatMap((list) => list()))];
    lists.set(guarded, own);

    onReplaced(guarded, "getGlobalRoutes", (routes) => {
      // Elysia says of an app that an asynchronous plugin returns that it has been taken in by itself.
      if (routes() !== guarded.routes) outer.add(() => [routes() as readonly ElysiaRoute[]]);
    });
    onReplaced(guarded, "getParent", (parent) => {
      const taker = parent() as ElysiaApp & TakenIn;
      admitApp(taker, guarded);
      outer.add(follow(taker));
    });
    return own;
  }

  function admitApp(taker: ElysiaApp, plugin?: ElysiaApp): void {
    if (isGuarded(taker)) return;
    const { name } = plugin?.config ?? {};
    if (taker.routes.length > 0) refuse(taker, "use it before the routes; it cannot guard earlier ones.");
    if (taker.config.aot === false) refuse(taker, "Elysia must not be set to `aot: false`.");
    if (name !== undefined && name in taker.dependencies)
      refuse(taker, `Elysia ignores the guard of a plugin named "${name}" after another one of that name.`);
    if (plugin === undefined && Object.hasOwn(taker, "getServer") && !Object.hasOwn(taker, "getParent"))
      refuse(taker, "use it on the app itself, and not within its group() or guard().");
  }
}

/** Tells of each function that is put in this one's place, before anything else is done with it. */
function onReplaced(app: TakenIn, name: keyof TakenIn, tell: (replacement: () => unknown) => void): void {
  let current = app[name];
  const earlier = Object.getOwnPropertyDescriptor(app, name)?.set;
  Object.defineProperty(app, name, {
    configurable: true,
    get: () => current,
    set: (replacement: () => unknown) => {
      earlier?.(replacement);
      tell(replacement);
      current = replacement;
    },
  });
}

/**
 * Where nobody sees the error, since the plugin was loaded later, the app must not serve as if nothing had
 * happened.
 */
function refuse(app: ElysiaApp, reason: string): never {
  app.wrap(() => () => new Response("This app could not be guarded.", { status: 503 }));
  app.compile();
  throw new ConfigurationError(`usher: ${reason}`);
}

/** Finds the routes that may serve a method at a pattern. Elysia does not tell which of them it took. */
export type FindRoutes = (method: string, route: string | undefined) => readonly ElysiaRoute[];

/** The list that it finds is the same one as long as nothing has changed. */
export function createRouteFinder(lists: RouteLists): FindRoutes {
  const known = new Map<string, Found>();
  let knownCount = 0;

  return (method, route) => {
    if (route === undefined) return none;
    const current = lists();
    const count = current.reduce((sum, routes) => sum + routes.length, 0);
    if (count !== knownCount) known.clear();
    knownCount = count;
    const key = `${method} ${route}`;
    let found = known.get(key);
    // A route may be added at any time, and one of the same method and pattern takes the place of another.
    if (found === undefined || !found.routes.every(isInPlace, found)) {
      found = find(current, method, route);
      known.set(key, found);
    }
    return found.routes;
  };
}

const none: readonly ElysiaRoute[] = [];

/** Routes, and where each one stands. */
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
 * The routes whose answer may have left without any hook: constants that have hooks of every kind. Of those
 * with a parameter or a rest in their pattern, any might have.
 */
export function findMuteRoutes(
  lists: readonly (readonly ElysiaRoute[])[],
  { method, url }: Request,
): readonly ElysiaRoute[] {
  const { pathname } = new URL(url);
  const paths = [pathname, pathname.replace(/\/$/, ""), `${pathname}/`];
  const mute = lists
    .flat()
    .filter(
      (route) => [method, "ALL", method === "HEAD" ? "GET" : ""].includes(route.method) && isMute(route),
    );
  const there = mute.filter(({ path }) => paths.includes(path) || paths.includes(encodeURI(path)));
  return there.length > 0 ? there : mute.filter(({ path }) => /[:*]/.test(path));
}

function isMute({ handler, hooks }: ElysiaRoute): boolean {
  const kinds = ["parse", "transform", "beforeHandle", "afterHandle"] as const;
  return (
    typeof handler !== "function" &&
    kinds.every((kind) => (hooks as { [kind]?: readonly unknown[] })[kind]?.length)
  );
}
