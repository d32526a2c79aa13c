import type { Context } from "hono";
import type { Policy } from "../../access/policies.ts";
import type { Connection } from "../../websocket/connection.ts";
import type { OpenSession } from "../../websocket/session.ts";

/** What the guard that let a request in can do about it later. */
export interface Admission {
  /** Asks for more; its refusal where there is not more. */
  enforce(policies: readonly Policy<never>[]): Response | undefined;
  /** Watches over the socket that the request becomes. */
  watch(connection: Connection): OpenSession<never>;
}

/** By request: the admission by the guard that let it in last. */
export const admissions: WeakMap<Context, Admission> = new WeakMap();
