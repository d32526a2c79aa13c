import { UnstorableIdError } from "../unstorable-id-error.ts";

/**
 * Who a statement runs for: the principal of a verified token, or any object of this form.
 *
 * @example
 * ```ts
 * import type { RowPrincipal } from "@usher-auth/postgres";
 *
 * export const alice: RowPrincipal = { id: "alice", claims: { org: "acme" } };
 * ```
 */
export interface RowPrincipal {
  /** The `sub` of the token: the owner of the rows. */
  readonly id: string;
  /**
   * Only `org` is read: the id of the active organization, the tenant of the rows. Not a string: none. A
   * `claims` schema of your own must keep it.
   */
  readonly claims?: unknown;
}

/** What is bound to a transaction: copied once, so that what was checked is what is sent. */
export interface BoundPrincipal {
  readonly userId: string;
  /** Empty: no organization. */
  readonly orgId: string;
}

const notPrincipal =
  "rows.for() needs a principal, whose id is a string: the one of a guarded request, or { id }";

/**
 * Reads a principal once.
 *
 * @throws {TypeError} There is no principal, or its id is not a string.
 * @throws {UnstorableIdError} An id that Postgres cannot store exactly.
 */
export function readPrincipal(principal: RowPrincipal): BoundPrincipal {
  const { id: userId, claims } = (principal ?? {}) as Partial<RowPrincipal>;
  const { org } = (claims ?? {}) as { org?: unknown };
  const orgId = typeof org === "string" ? org : "";
  if (typeof userId !== "string") throw new TypeError(notPrincipal);
  assertStorable(userId);
  assertStorable(orgId);
  return { userId, orgId };
}

/**
 * Postgres text cannot contain U+0000, and drivers write every half of a surrogate pair as the same
 * replacement character: two such users would share rows.
 */
function assertStorable(id: string): void {
  if (id.includes("\0") || !id.isWellFormed()) throw new UnstorableIdError();
}
