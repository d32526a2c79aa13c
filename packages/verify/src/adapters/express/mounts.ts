import type { Request } from "express";
import { withoutIds } from "../../access/request-facts.ts";

/** A layer that a router has just matched. */
interface MatchedLayer {
  readonly route?: unknown;
  /** The part of the path that the layer matches. */
  readonly path?: unknown;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Where a request keeps the patterns of the mounts with parameters that it has reached, by their paths. */
const mounts: unique symbol = Symbol("usher.mounts");

interface MountedRequest extends Request {
  [mounts]?: Map<string, string | undefined>;
}

/**
 * Notes the pattern of a mount (`app.use("/teams/:teamId", router)`): below it, Express only tells its path, which
 * has the ids of this request.
 */
export function noteMount(request: MountedRequest, layer: MatchedLayer): void {
  if (layer.route !== undefined) return;
  for (const _name in layer.params) {
    note(request, layer);
    return;
  }
}

function note(request: MountedRequest, { path, params = {} }: MatchedLayer): void {
  const base = mountOf(request);
  const own = typeof path === "string" ? patternOf(path.replace(/\/$/, ""), params) : undefined;
  request[mounts] ??= new Map();
  request[mounts].set(
    `${request.baseUrl}${path}`.replace(/\/$/, ""),
    base === undefined || own === undefined ? undefined : base + own,
  );
}

/** Undefined if a parameter is not one whole segment of the path. */
function patternOf(path: string, params: Readonly<Record<string, unknown>>): string | undefined {
  const segments = path.split("/");
  for (const [name, value] of Object.entries(params)) {
    const index = segments.findLastIndex((segment) => decode(segment) === value);
    if (index === -1) return undefined;
    segments[index] = `:${name}`;
  }
  return segments.join("/");
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The pattern of what mounts have removed from a request's path. Undefined if it may have an id. */
function mountOf(request: MountedRequest): string | undefined {
  const { baseUrl } = request;
  let [path, pattern]: [string, string | undefined] = ["", ""];
  for (const [noted, itsPattern] of request[mounts] ?? []) {
    const isAround = baseUrl === noted || baseUrl.startsWith(`${noted}/`);
    if (isAround && noted.length >= path.length) [path, pattern] = [noted, itsPattern];
  }
  const rest = baseUrl.slice(path.length);
  return pattern !== undefined && withoutIds(rest) === rest ? pattern + rest : undefined;
}

/** The pattern of the route that runs: a path, a regular expression, or a list of them. */
export function routeOf(request: Request): string | undefined {
  const path: unknown = request.route?.path;
  const mount = path === undefined ? undefined : mountOf(request);
  if (mount === undefined) return undefined;
  return path === "/" && mount !== "" ? mount : mount + String(path);
}
