import type { RowPrincipal } from "./binding/principal.ts";

/**
 * A database whose statements run for one principal at a time.
 *
 * @typeParam Bound What the driver or the ORM offers: its own query methods, bound to a principal.
 */
export interface Rows<Bound> {
  /**
   * Everything that is run through the result runs for this principal, whenever it is awaited: a statement by
   * itself in its own transaction (one round trip), several in a transaction of the driver or the ORM.
   *
   * @throws {UnstorableIdError} At once, for an id that Postgres cannot store exactly.
   */
  for(principal: RowPrincipal): Bound;
}
