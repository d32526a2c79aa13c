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
   * `"client"` for an OAuth client that acts for itself. It is no user, so it owns no rows: policies by owner
   * show it nothing, even if a user has the same id. Policies by tenant show it the rows of its `org`, if its
   * token has one. Default: a user.
   */
  readonly kind?: "user" | "client";
  /**
   * Only `org` is read: the id of the active organization, the tenant of the rows. Not a string: none. A
   * `claims` schema of your own must keep it.
   */
  readonly claims?: unknown;
}

/** What is bound to a transaction: copied once, so that what was checked is what is sent. */
export interface BoundPrincipal {
  /** Empty: no user, so no row of an owner. */
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
  const { id, kind = "user", claims } = (principal ?? {}) as Partial<RowPrincipal>;
  const { org } = (claims ?? {}) as { org?: unknown };
  const orgId = typeof org === "string" ? org : "";
  if (typeof id !== "string") throw new TypeError(notPrincipal);
  assertStorable(id);
  assertStorable(orgId);
  // The id of a client, or of a kind that this version does not know, may equal a user's.
  return { userId: kind === "user" ? id : "", orgId };
}

/**
 * Postgres text cannot contain U+0000, and drivers write every half of a surrogate pair as the same
 * replacement character: two such users would share rows.
 */
function assertStorable(id: string): void {
  if (id.includes("\0") || !id.isWellFormed()) throw new UnstorableIdError();
}
