import type { Request } from "express";
import { withoutIds } from "../../access/request-facts.ts";

/** Where a request keeps the patterns of the mounts with parameters that it has reached. */
const mounts: unique symbol = Symbol("usher.mounts");

interface MountedRequest extends Request {
  [mounts]?: Mount[];
}

/** A path that mounts have removed, and its pattern. Undefined: it may have an id. */
interface Mount {
  readonly path: string;
  readonly pattern: string | undefined;
}

/** The parts of a layer that tell what it runs, and for which paths. */
export interface MountLayer {
  readonly handle: { readonly name: string; readonly stack?: unknown };
  /** Express 4. */
  readonly regexp?: RegExp;
  /** Express 5: a function for each of its paths. */
  readonly matchers?: readonly { readonly name: string }[];
}

/** A router has a stack, and an app is wrapped in a function of this name. */
export function isMount({ handle }: MountLayer): boolean {
  return handle.stack !== undefined || handle.name === "mounted_app";
}

/** Whether the mount's path is a regular expression, or one of several is. What it matches may be an id. */
function isExpression({ regexp, matchers = [] }: MountLayer): boolean {
  // So ends what Express 4 makes of a text.
  const isText = regexp?.source.split("|^").every((source) => source.endsWith("(?=\\/|$)")) ?? true;
  return !isText || matchers.some(({ name }) => name === "regexpMatcher");
}

/** Notes that nothing is known of the mounts that a request has entered before the layers were guarded. */
export function noteUnseenMounts(request: MountedRequest): void {
  if (request.baseUrl !== "") note(request, undefined);
}

/**
 * Notes the pattern of a mount (`app.use("/teams/:teamId", router)`) that a request enters. Below it, Express only
 * tells its path, which has the ids of this request.
 */
export function noteMount(request: MountedRequest, layer: MountLayer): void {
  if (isExpression(layer)) note(request, undefined);
  else if (hasAny(request.params)) {
    const { path, pattern } = mountOf(request);
    note(request, patternOf(request.baseUrl.slice(path.length), request.params, pattern));
  }
}

function hasAny(params: object): boolean {
  for (const _name in params) return true;
  return false;
}

function note(request: MountedRequest, pattern: string | undefined): void {
  const { baseUrl: path } = request;
  request[mounts] = [...(request[mounts] ?? []), { path, pattern }];
}

/** The innermost noted mount that a request is in. */
function mountOf(request: MountedRequest): Mount {
  const { baseUrl } = request;
  return (
    request[mounts]?.findLast(({ path }) => baseUrl === path || baseUrl.startsWith(`${path}/`)) ?? {
      path: "",
      pattern: "",
    }
  );
}

/**
 * The pattern of a mount, with that of the mounts around it.
 *
 * @param outer The pattern around it, which may have some of the parameters.
 * @returns Undefined if that is, or if a parameter is not one whole segment of the path.
 */
function patternOf(path: string, params: object, outer: string | undefined): string | undefined {
  if (outer === undefined) return undefined;
  const around = outer.split("/");
  const segments = path.split("/");
  // From the last one, which finds its own segment if another one before it has the same value.
  for (const [name, value] of Object.entries(params).reverse()) {
    const index = segments.findLastIndex((segment) => decode(segment) === value);
    if (index !== -1) segments[index] = `:${name}`;
    else if (!around.includes(`:${name}`)) return undefined;
  }
  // Express ignores case, so that of a text is the client's choice.
  const pattern = segments.map((segment) => (segment.startsWith(":") ? segment : segment.toLowerCase()));
  return outer + pattern.join("/");
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The pattern of the route that runs: a path, a regular expression, or a list of them. */
export function routeOf(request: Request): string | undefined {
  const route: unknown = request.route?.path;
  if (route === undefined) return undefined;
  const { path, pattern } = mountOf(request);
  const rest = request.baseUrl.slice(path.length);
  // Only what may be a text of the application: Express ignores case.
  if (pattern === undefined || withoutIds(rest) !== rest) return undefined;
  const mount = pattern + rest;
  return route === "/" && mount !== "" ? mount : mount + String(route);
}
