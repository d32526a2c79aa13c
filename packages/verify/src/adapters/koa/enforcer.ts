import type { Context } from "koa";
import type { Owner } from "../../access/owner.ts";
import type { Policy } from "../../access/policies.ts";
import type { AuthError } from "../../errors.ts";
import type { PreparedResponse, Refusal } from "../../http/problem.ts";

/** Runs more checks of the guard that accepted a request. Each returns the rejection, if there is one. */
export interface Enforcer {
  policies(policies: readonly Policy<never>[]): Refusal | undefined;
  owner(id: unknown, owner: Owner<never>): Refusal | undefined;
  refuse(error: AuthError): Refusal;
}

/** By request: the enforcer of the last guard that accepted it. */
export const enforcers: WeakMap<object, Enforcer> = new WeakMap();

/** Sends a response. */
export function answerWith({ status, headers, body }: PreparedResponse, context: Context): void {
  context.status = status;
  context.set(headers);
  context.body = body;
}
