import { AuthError } from "../errors.ts";
import type { RouteParams } from "./owner.ts";

/**
 * Returns the owner parameters of a route: those that its router decoded, and those that its pattern
 * declares, if it is known. An optional parameter counts even if the request omits it; then
 * the request belongs to no one and is rejected.
 *
 * @throws {AuthError} `owner_mismatch`, for every user, if a parameter is another spelling of an owner
 *   parameter. Otherwise its route would silently go unchecked. Compares the names in the pattern, or else
 *   those in the parameters.
 */
export type FindOwnerParams = (params: RouteParams, declared?: readonly string[]) => readonly string[];

const none: readonly string[] = [];

/**
 * For frameworks that show a route's parameters, but not its pattern, or not before the route runs. The names
 * come from an application's routes, so there are few. Each one is compared once.
 */
export function createOwnerParamFinder(ownerParams: readonly string[]): FindOwnerParams {
  // A copy: the guard's list is frozen, and iterating over a frozen array is several times slower.
  const names = [...ownerParams];
  const ordinary = new Set<string>();

  return (params, declared) => {
    // Inherited names count too. The owner check then finds no own property and rejects.
    if (declared === undefined) for (const name in params) if (!ordinary.has(name)) look(name);
    if (declared !== undefined) for (const name of declared) if (!ordinary.has(name)) look(name);
    const isThere = (name: string) => name in params || declared?.includes(name) === true;
    let count = 0;
    for (const name of names) if (isThere(name)) count++;
    if (count === 0) return none;
    return count === names.length ? names : names.filter(isThere);
  };

  function look(name: string): void {
    const meant = meantOwnerParam(name, ownerParams);
    if (meant === undefined) {
      ordinary.add(name);
      return;
    }
    throw new AuthError("owner_mismatch", {
      hint: `the route's parameter "${name}" is not checked against the owner, because ownerParam is "${meant}": use the same spelling, or list both`,
    });
  }
}

/**
 * The owner parameter that this name is a misspelling of. With `:user_id` in a route and `userId` as the
 * owner parameter, the route looks restricted to its owner and is not.
 */
export function meantOwnerParam(name: string, ownerParams: readonly string[]): string | undefined {
  if (ownerParams.includes(name)) return undefined;
  const folded = foldName(name);
  return ownerParams.find((owner) => foldName(owner) === folded);
}

/** Letters and digits in lower case: `user_id`, `user-id` and `userId?` are equal. */
export function foldName(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
