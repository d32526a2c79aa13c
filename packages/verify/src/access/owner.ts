import type { Principal, TokenClaims } from "../claims/principal.ts";
import { AuthError } from "../errors.ts";
import { quote, reasonOf } from "../log-text.ts";
import { ignorePromise } from "../user-code/thenable.ts";

/** A route's parameters, decoded once by the framework's own router. */
export type RouteParams = Readonly<Record<string, unknown>>;

/**
 * What a path parameter must equal: a claim of the token, or a function that returns the accepted id, or
 * several. A claim may be a string or a list of strings. `"sub"` is the user's id.
 *
 * A function is synchronous, without I/O. If it throws, returns a promise, or returns anything but strings,
 * nothing matches.
 */
export type Owner<Claims = TokenClaims> =
  | string
  | ((principal: Principal<Claims>) => string | readonly string[] | null | undefined);

/** The owner of each parameter, by the parameter's name. */
export type Owners<Claims = TokenClaims> = ReadonlyMap<string, Owner<Claims>>;

/** The owner of a parameter that is the user's id: the token's `sub`. */
export const subject = "sub";

/** A path parameter that is not the principal's own. */
export interface Foreign<Claims = TokenClaims> {
  readonly name: string;
  readonly value: unknown;
  readonly owner: Owner<Claims> | undefined;
  /** For the operator, such as "is not the token's subject". */
  readonly reason: string;
}

const none: readonly never[] = [];

/**
 * Returns the owner parameters of the path that are not shown to be the principal's own. Usually none.
 *
 * The comparison is exact: no case folding, no normalization, no second decoding. A missing or empty
 * parameter is not the principal's, and neither is one whose claim is absent or of another type. An OAuth
 * client that acts for itself is no user, so a parameter for the user's id is never its own. Looks only at
 * these parameters: ids in a body or a query are for the database to check.
 */
export function findForeign<Claims>(
  principal: Principal<Claims>,
  params: RouteParams,
  names: readonly string[],
  owners: Owners<Claims>,
): readonly Foreign<Claims>[] {
  const isUser = principal.kind !== "client";
  let foreign: Foreign<Claims>[] | undefined;
  // `for`, not `filter`: almost always there is one parameter, and it matches.
  for (const name of names) {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    const owner = owners.get(name);
    if (isUser && owner === subject && value === principal.id && value !== "") continue;
    const reason = compare(principal, value, owner);
    if (reason === undefined) continue;
    foreign ??= [];
    foreign.push({ name, value, owner, reason });
  }
  return foreign ?? none;
}

/**
 * Compares a parameter with its claim, or with what its function returns. Whatever the function does ends in
 * a result.
 *
 * @returns Why the parameter is not the principal's own; undefined if it is.
 */
function compare<Claims>(
  principal: Principal<Claims>,
  value: unknown,
  owner: Owner<Claims> | undefined,
): string | undefined {
  if (owner === undefined) return "has no owner";
  if (owner === subject) return "is not the token's subject";
  if (typeof value !== "string" || value === "") return "is missing or empty";
  try {
    const ids: unknown = typeof owner === "string" ? claimOf(principal.claims, owner) : owner(principal);
    if (ignorePromise(ids)) return `is not ${labelOf(owner)}, a promise: it must be synchronous`;
    if (isAmong(value, ids)) return undefined;
    const isAbsent = typeof owner === "string" && ids === undefined;
    return `is not ${labelOf(owner)}${isAbsent ? ", which is absent" : ""}`;
  } catch (error) {
    return `is not ${labelOf(owner)}, which failed: ${reasonOf(error)}`;
  }
}

function labelOf(owner: Owner<never>): string {
  const name = quote(ownerName(owner));
  return typeof owner === "string" ? `in the claim ${name}` : `what ${name} returns`;
}

/** Whether an id is the given one, or one of several. Anything but strings is no id. */
function isAmong(value: string, ids: unknown): boolean {
  if (!Array.isArray(ids)) return ids === value;
  return ids.includes(value) && ids.every((id) => typeof id === "string");
}

function claimOf(claims: unknown, name: string): unknown {
  return typeof claims === "object" && claims !== null && Object.hasOwn(claims, name)
    ? (claims as Record<string, unknown>)[name]
    : undefined;
}

/** @param more The end of the sentence, for the operator. */
export function ownerMismatch(
  { name, reason }: Pick<Foreign<never>, "name" | "reason">,
  more = "",
): AuthError {
  return new AuthError("owner_mismatch", { hint: `the path's \`${name}\` ${reason}${more}` });
}

/** The name of an owner, for lists of routes: its claim, or its function's name. */
export function ownerName(owner: Owner<never>): string {
  return typeof owner === "string" ? owner : owner.name === "" ? "a function" : owner.name;
}

/**
 * Turns owner parameters that a schema made numbers back into strings. Of all strings for one number, only
 * this one can be the principal's id: `/users/007`, read as 7, does not belong to user 007.
 */
export function asWritten(params: RouteParams, ownerParams: readonly string[]): RouteParams {
  for (const name of ownerParams) {
    const value = params[name];
    if (typeof value === "number" || typeof value === "bigint")
      return asWritten({ ...params, [name]: String(value) }, ownerParams);
  }
  return params;
}
