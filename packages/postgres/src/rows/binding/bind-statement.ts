import type { BoundPrincipal } from "./principal.ts";
import { proofOf } from "./proof.ts";

/** Options of a binding, checked. */
export interface BindingOptions {
  /** Milliseconds after which Postgres cancels a statement. */
  readonly statementTimeout: number;
  /** Proves the principal to a hardened database. */
  readonly key?: Uint8Array | undefined;
}

/**
 * The first statement of each transaction: role, principal, proof and statement timeout, all for this
 * transaction only (`set_config(…, true)` is SET LOCAL, and takes parameters).
 *
 * Values are parameters, never part of the text: `pg_stat_activity` shows the text to every session of the
 * same role, and a proof is worth as much as a password while its key is valid.
 */
export const bindStatement: string =
  "select set_config('role', 'usher_api', true), set_config('usher.user_id', $1, true)," +
  " set_config('usher.org_id', $2, true), set_config('usher.proof', $3, true)," +
  " set_config('statement_timeout', $4, true)";

/** The values of {@link bindStatement}. */
export function bindValues(principal: BoundPrincipal, options: BindingOptions): string[] {
  const proof = options.key === undefined ? "" : proofOf(principal, options.key);
  return [principal.userId, principal.orgId, proof, String(options.statementTimeout)];
}

/** Begins the transaction. Sent in one batch with {@link bindStatement} and the first statement. */
export const beginStatement = "begin";

/**
 * What injected SQL can leave on a pooled connection although its transaction is rolled back: the numbers
 * that sequences gave (`lastval()`), and advisory locks of the session.
 */
const cleanSession = ["discard sequences", "select pg_catalog.pg_advisory_unlock_all()"];

/**
 * What comes before the commit of a transaction. With a key (hardened), nothing that injected SQL changed for
 * the session must stay on the pooled connection: `usher.reset_session()` undoes it.
 */
export function resetStatements({ key }: BindingOptions): readonly string[] {
  return key === undefined ? [] : ["select usher.reset_session()"];
}

/**
 * Ends a transaction that succeeded. One simple query: a failure of its first part skips the others, and the
 * caller sends {@link rollbackStatement}.
 */
export function endStatement(options: BindingOptions): string {
  return [...resetStatements(options), "commit"].join("; ");
}

/** Ends a transaction that failed. One simple query: behind a pooler, all of it reaches the same connection. */
export function rollbackStatement(options: BindingOptions): string {
  return ["rollback", ...cleanStatements(options)].join("; ");
}

/** What a rollback does not undo. */
export function cleanStatements({ key }: BindingOptions): readonly string[] {
  return key === undefined ? [] : cleanSession;
}
