import type { Context } from "hono";
import type { Policy } from "../../access/policies.ts";
import type { Connection } from "../../websocket/connection.ts";
import type { OpenSession } from "../../websocket/session.ts";

/** What the guard can still do for a request that it accepted. */
export interface Admission {
  /** Checks more policies. Returns the rejection, if there is one. */
  enforce(policies: readonly Policy<never>[]): Response | undefined;
  /** Opens the session of the WebSocket that the request becomes. */
  watch(connection: Connection): OpenSession<never>;
}

/** By request: the admission of the last guard that accepted it. */
export const admissions: WeakMap<Context, Admission> = new WeakMap();
