import { channels } from "../events/channels.ts";

const acceptances = channels["usher:accept"];
const exceptions = channels["usher:owner-exception"];

/** Remembers the routes of requests, for logs and events. For adapters without a router of a framework. */
export interface KnownRoutes<Source> {
  /** Call it before `admit`. Without a subscriber, it costs two checks. */
  keepIfObserved(request: Source, place: { readonly path?: string } | undefined): void;
  /** Call it before `refuse`. */
  keep(request: Source, place: { readonly path?: string } | undefined): void;
  readonly of: (request: Source) => string | undefined;
}

export function createKnownRoutes<Source extends object>(): KnownRoutes<Source> {
  const routes = new WeakMap<Source, string>();
  const keep = (request: Source, place: { readonly path?: string } | undefined): void => {
    if (place?.path !== undefined) routes.set(request, place.path);
  };
  return {
    keepIfObserved: (request, place) => {
      if (acceptances.hasSubscribers || exceptions.hasSubscribers) keep(request, place);
    },
    keep,
    of: (request) => routes.get(request),
  };
}
