/**
 * What an adapter knows of its framework, for logs and events. None of it decides anything: an adapter without a
 * host guards the same.
 *
 * @example
 * ```ts
 * import { createGuard, type GuardHost, structuredLogger } from "@usher-auth/verify/guard";
 * import { verifierFromEnv } from "@usher-auth/verify";
 * import type { IncomingMessage } from "node:http";
 *
 * const host: GuardHost<IncomingMessage> = {
 *   adapter: "my-framework",
 *   describe: ({ method, url }) => ({ method, path: url }),
 *   logger: (request) => structuredLogger((request as { log?: unknown }).log),
 * };
 * export const guard = createGuard({ verifier: verifierFromEnv(), ownerParam: "userId" }, host);
 * ```
 */
export interface GuardHost<Source = unknown> {
  /** The adapter's name in logs and events, such as `fastify`. */
  readonly adapter: string;
  /**
   * Describes a request. Called for a rejected request, and for others only if someone subscribes to events. If it
   * throws, nothing is known about the request.
   */
  readonly describe?: (request: Source) => RequestDescription;
  /** The framework's logger for a request. Undefined: one line on standard error (`console.warn`). */
  readonly logger?: (request: Source) => RefusalLogger | undefined;
}

/** What is known about a request. */
export interface RequestDescription {
  /** As in the request line. */
  readonly method?: string | undefined;
  /** The pattern of the route, such as `/api/:userId/tasks`, if one was chosen. Never the path itself. */
  readonly route?: string | undefined;
  /** The request's path or target, as sent. The guard removes the query and everything that may be an id. */
  readonly path?: string | undefined;
  /** The framework's id of the request. Ignored unless it is 1 to 64 letters, digits, `_` or `-`. */
  readonly requestId?: unknown;
}

/** One line about refused requests, without a token, a secret, a query or a control character. */
export interface LoggedRefusal {
  /** The code of the error. */
  readonly code: string;
  /** The status of the response. */
  readonly status: number;
  /** The likely cause, and what to do; at most 500 characters. */
  readonly hint?: string;
  /** The adapter that refused it, such as `fastify`. */
  readonly adapter: string;
  readonly method?: string;
  /** The route's pattern; absent if no route was chosen yet. */
  readonly route?: string;
  /** Only without `route`: the path, with `*` for each segment that may be an id. */
  readonly path?: string;
  readonly requestId?: string;
  /** How many requests with this code were refused since the last line of it, including this one. */
  readonly count: number;
}

/**
 * Writes one line to a framework's logger. The level is `warn` if the infrastructure failed (503), and `info`
 * otherwise: anyone can cause a 401. The result is ignored.
 */
export interface RefusalLogger {
  (level: "info" | "warn", message: string, refusal: LoggedRefusal): unknown;
  /** Whether it writes lines of this level. A refusal that it does not write counts for the next line. Default: yes. */
  readonly isEnabled?: (level: "info" | "warn") => boolean;
}

/**
 * Makes a {@link RefusalLogger} of a logger that takes an object first, then a message: pino, and all that
 * follow it, such as `request.log` of Fastify and pino-http.
 *
 * @param logger Anything. Undefined is returned for what has no methods `info` and `warn`, and for the request
 *   loggers of evlog, which take the message first.
 * @example
 * ```ts
 * import { type GuardHost, structuredLogger } from "@usher-auth/verify/guard";
 * import type { IncomingMessage } from "node:http";
 *
 * // pino-http sets `log`. Without it, refusals go to standard error.
 * export const host: GuardHost<IncomingMessage & { readonly log?: unknown }> = {
 *   adapter: "my-framework",
 *   logger: ({ log }) => structuredLogger(log),
 * };
 * ```
 */
export function structuredLogger(logger: unknown): RefusalLogger | undefined {
  if (typeof logger !== "object" || logger === null) return undefined;
  const { info, warn, set } = logger as Readonly<Record<string, unknown>>;
  if (typeof info !== "function" || typeof warn !== "function") return undefined;
  // evlog: it collects one entry for each request, and takes the message first.
  if (typeof set === "function") return undefined;
  const pino = logger as PinoLike;
  const write: RefusalLogger = (level, message, refusal) => pino[level](refusal, message);
  return Object.assign(write, { isEnabled: (level: string) => pino.isLevelEnabled?.(level) !== false });
}

interface PinoLike {
  info(fields: object, message: string): unknown;
  warn(fields: object, message: string): unknown;
  /** Pino: a child may have another level than its parent, such as for a route. */
  isLevelEnabled?(level: string): boolean;
}
