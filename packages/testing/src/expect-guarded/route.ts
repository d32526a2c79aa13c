/** A route of the app. */
export interface Route {
  /** In upper case. `ALL`: every method. */
  readonly method: string;
  /** In the router's own syntax, with all prefixes. */
  readonly path: string;
  /** Headers without which the router does not choose it, such as `accept-version`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The path is the source of a regular expression that no path can be made for. */
  readonly isExpression?: boolean;
}

/** The methods that are tried on a route of every method. */
const usual = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** Methods that no route is tried with: every path is tried with the first, and `fetch` cannot send the others. */
const unsent = ["OPTIONS", "TRACE", "CONNECT"];

/** How messages and the options `public` and `optional` name a route. */
export function nameOf({ method, path }: Pick<Route, "method" | "path">): string {
  return `${method} ${path}`;
}

/** Whether requests to the route have a body. */
export function takesBody({ method }: Route): boolean {
  return method === "POST" || method === "PUT" || method === "PATCH" || method === "QUERY";
}

/**
 * Reads an entry of the option `routes`: a method and a path. Without a method, it is a route of each of
 * these.
 *
 * @throws {TypeError} It is neither.
 */
export function readRoute(entry: string, methods: readonly string[] = ["ALL"]): readonly Route[] {
  const [, method, path] = /^(?:([A-Za-z]+|\*) +)?(\/\S*)$/.exec(String(entry).trim()) ?? [];
  if (path === undefined)
    throw new TypeError(
      `expectGuarded: routes: ${JSON.stringify(entry)} must be a method and a path, as in "GET /api/:userId/tasks".`,
    );
  if (method === undefined) return methods.map((one) => ({ method: one, path }));
  return [{ method: method === "*" ? "ALL" : method.toUpperCase(), path }];
}

/**
 * One route for each method that is tried, without duplicates. OPTIONS has its own attempt on every path, and
 * so has HEAD where there is a GET. Routers list a route of every method with names that nobody uses: where a
 * path has the usual ones, they are enough.
 */
export function routesToTry(routes: readonly Route[]): readonly Route[] {
  const all = routes.flatMap((route) =>
    route.method === "ALL" ? usual.map((method) => ({ ...route, method })) : [route],
  );
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of all) methods.set(path, (methods.get(path) ?? new Set()).add(method));
  const chosen = all.filter(({ method, path }) => {
    if (usual.includes(method)) return true;
    const others = methods.get(path);
    if (method === "HEAD") return others?.has("GET") !== true;
    return !unsent.includes(method) && !usual.every((one) => others?.has(one));
  });
  const unique = new Map(
    chosen.map((route) => [`${nameOf(route)} ${JSON.stringify(route.headers ?? {})}`, route]),
  );
  return [...unique.values()];
}

/**
 * Whether an entry of `public` or `optional` names a route: `GET /health`, `/health` for every method, or
 * `/docs/*` for every route below a path.
 */
export function isNamedBy(entry: string, route: Route): boolean {
  const [, method = "ALL", path = ""] = /^(?:([A-Za-z]+|\*) +)?(\/\S*|\*)$/.exec(entry.trim()) ?? [];
  const hasMethod = ["ALL", "*", route.method].includes(method.toUpperCase());
  const prefix = path.endsWith("/*") ? path.slice(0, -1) : undefined;
  const isBelow = prefix !== undefined && (route.path.startsWith(prefix) || `${route.path}/` === prefix);
  return hasMethod && (path === route.path || isBelow);
}

/** Joins the path of a mount and of a route in it. */
export function joinPaths(...parts: readonly string[]): string {
  return `/${parts.flatMap((part) => part.split("/").filter((segment) => segment !== "")).join("/")}`;
}
