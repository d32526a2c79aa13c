import type { Principal, TokenClaims } from "../claims/principal.ts";
import { AuthError, isAuthError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import type { OwnerRule } from "./owner-rule.ts";
import { checkPolicies, type Policy } from "./policies.ts";

/** A route's parameters, decoded once by the framework's own router. */
export type RouteParams = Readonly<Record<string, unknown>>;

/**
 * Whom a path parameter must name: a claim of the token, or a function that returns the accepted id, or
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

/** How a request was admitted to a path that belongs to someone else: by the rule of its route. */
export interface OwnerException {
  /** The path parameter that did not match, and its value. */
  readonly param: string;
  readonly value: string;
  /** The names of the policies that the principal satisfies instead. */
  readonly policies: readonly string[];
}

/**
 * Checks that each owner parameter of the path is the principal's own.
 *
 * The comparison is exact: no case folding, no normalization, no second decoding. A missing or empty
 * parameter is a mismatch, and so is a claim that is absent or of another type. An OAuth client that acts for
 * itself is no user: its token is rejected, unless the route's rule admits clients. Looks only at these
 * parameters: ids in a body or a query are for the database to check.
 *
 * @param now Seconds since 1970, for the policies of the rule.
 * @returns The exceptions that the route's rule allowed.
 * @throws {AuthError} `owner_mismatch`; for a client, also the code of the rule's policies; for another user,
 *   `reauthentication_required` if nothing else is missing.
 */
export function checkOwner<Claims>(
  principal: Principal<Claims>,
  params: RouteParams,
  names: readonly string[],
  owners: Owners<Claims>,
  rule: OwnerRule<Claims> | undefined,
  now: number,
): readonly OwnerException[] {
  const isClient = principal.kind === "client";
  // `for`, not `filter`: almost always there is one parameter, and it matches.
  let exceptions: OwnerException[] | undefined;
  for (const name of names) {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    const owner = owners.get(name);
    if (!isClient && owner === subject && value === principal.id && value !== "") continue;

    const place = { name, owner, value };
    if (typeof value !== "string" || value === "" || owner === undefined) throw mismatch(place);
    const policies = isClient
      ? clientException(principal, place, rule, now)
      : isOwn(principal, value, owner)
        ? undefined
        : userException(principal, place, names, rule, now);
    if (policies === undefined) continue;
    exceptions ??= [];
    exceptions.push({ param: name, value, policies: policies.map((policy) => policy.name) });
  }
  return exceptions ?? none;
}

const none: readonly OwnerException[] = Object.freeze([]);

interface Place<Claims> {
  readonly name: string;
  readonly owner: Owner<Claims> | undefined;
  readonly value: unknown;
}

/** A client has no user's id, so only parameters for another claim can match: its organization. */
function clientException<Claims>(
  principal: Principal<Claims>,
  place: Place<Claims>,
  rule: OwnerRule<Claims> | undefined,
  now: number,
): readonly Policy<Claims>[] | undefined {
  if (rule?.clients === undefined)
    throw mismatch(place, ": the token belongs to an OAuth client, not a user, and the route admits none");
  checkPolicies(principal, rule.clients, now);
  if (place.owner === subject) return rule.clients;
  if (isOwn(principal, place.value, place.owner)) return undefined;
  throw mismatch(place);
}

function userException<Claims>(
  principal: Principal<Claims>,
  place: Place<Claims>,
  names: readonly string[],
  rule: OwnerRule<Claims> | undefined,
  now: number,
): readonly Policy<Claims>[] {
  if (rule?.or === undefined) throw mismatch(place);
  // Which of several parameters the exception is for must be said: an administrator of an organization may
  // act for its members, but not in another organization.
  const waived = rule.params ?? (names.length === 1 ? names : []);
  if (!waived.includes(place.name)) throw mismatch(place, rule.params ? "" : ": name `params` in the rule");
  try {
    checkPolicies(principal, rule.or, now);
  } catch (error) {
    if (isAuthError(error) && error.code === "reauthentication_required") throw error;
    throw mismatch(place, isAuthError(error) ? `, and ${error.hint}` : "");
  }
  return rule.or;
}

function isOwn<Claims>(
  principal: Principal<Claims>,
  value: unknown,
  owner: Owner<Claims> | undefined,
): boolean {
  const ids = idsOf(principal, owner);
  return Array.isArray(ids)
    ? ids.includes(value) && ids.every((id) => typeof id === "string")
    : ids === value;
}

function idsOf<Claims>(principal: Principal<Claims>, owner: Owner<Claims> | undefined): unknown {
  if (owner === subject) return principal.id;
  if (typeof owner === "string") return claimOf(principal.claims, owner);
  try {
    const ids: unknown = owner?.(principal);
    return ignorePromise(ids) ? undefined : ids;
  } catch {
    return undefined;
  }
}

function claimOf(claims: unknown, name: string): unknown {
  return typeof claims === "object" && claims !== null && Object.hasOwn(claims, name)
    ? (claims as Record<string, unknown>)[name]
    : undefined;
}

function mismatch<Claims>({ name, owner }: Place<Claims>, more = ""): AuthError {
  return new AuthError("owner_mismatch", { hint: `the path's \`${name}\` is not ${labelOf(owner)}${more}` });
}

/** What a parameter must equal, in words. */
function labelOf(owner: Owner<never> | undefined): string {
  if (owner === undefined) return "the principal's";
  return owner === subject ? "the token's subject" : `in ${quote(ownerName(owner))} of the token`;
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
