import type { Context } from "hono";
import type { OwnerRule } from "../../access/owner-rule.ts";
import type { Policy } from "../../access/policies.ts";
import type { AuthError } from "../../errors.ts";
import type { Connection } from "../../websocket/connection.ts";
import type { OpenSession } from "../../websocket/session.ts";

/** What the guard can still do for a request that it accepted. */
export interface Admission {
  /** The owner parameters of all guards that accepted the request. */
  readonly ownerParams: readonly string[];
  /** The owner rule of the handler that runs. */
  readonly rule: OwnerRule<never> | undefined;
  /** Checks more policies. Returns the rejection, if there is one. */
  enforce(policies: readonly Policy<never>[]): Response | undefined;
  /** Creates the response to a rejection. */
  refuse(error: AuthError): Response;
  /**
   * Opens the session of the WebSocket that the request becomes.
   *
   * @param rule The owner rule of the handler that accepted it, for renewals.
   */
  watch(connection: Connection, rule: OwnerRule<never> | undefined): OpenSession<never>;
}

/** By request: the admission of the last guard that accepted it. */
export const admissions: WeakMap<Context, Admission> = new WeakMap();
