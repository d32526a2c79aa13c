/** What runs once for several callers: for each kind, by what it is about. */
export interface Registry {
  readonly metrics: WeakMap<object, Running>;
  readonly spans: WeakMap<object, Running>;
  readonly issuers: WeakMap<object, Running>;
}

/** Something that runs while it has members. */
interface Running {
  readonly members: Set<unknown>;
  readonly stop: () => void;
}

/**
 * Where every copy of the package finds what the others have started. The symbol is registered, and the
 * number is the version of {@link Registry} and of the members.
 */
const place: unique symbol = Symbol.for("usher-auth.opentelemetry.1");

/** The registry of this process. */
export function registry(): Registry {
  const host = globalThis as { [place]?: Registry };
  host[place] ??= { metrics: new WeakMap(), spans: new WeakMap(), issuers: new WeakMap() };
  return host[place];
}

/** The key for what belongs to no provider: everything in this process. */
export const wholeProcess: object = globalThis;
