import type { Send } from "./exchange.ts";
import type { Watch } from "./handler-runs.ts";
import type { Route } from "./route.ts";

/** An app that takes requests in this process. */
export interface OpenedApp {
  /** How messages call it, such as "Fastify app". */
  readonly name: string;
  /** The routes that it lists itself. */
  readonly routes: readonly Route[];
  readonly send: Send;
  /** Undefined: nothing in the app tells whether a handler runs. */
  readonly watch?: Watch;
  /** The methods of an entry of `routes` without one. Default: every method. */
  readonly methods?: readonly string[];
  /** Why the app lists fewer routes than it has, and what to do, for the message that there are none. */
  readonly unlisted?: string;
  /** What to do if every request is a 500: the handler may be of another kind. */
  readonly ifFailing?: string;
  /** Stops what was started for the requests. The app itself stays as it is. */
  close(): Promise<void>;
}
