import { AuthError } from "../errors.ts";

import type { RouteParams } from "./owner.ts";

/**
 * Which owner parameters a route has: those that its router decoded, and those that its pattern declares,
 * where that is known. One that may be left out is the route's all the same, and then nobody's.
 *
 * @throws {AuthError} `owner_mismatch`, for everybody, when a parameter is an owner parameter in another
 *   spelling: its route would go unchecked in silence. Looked for in what the pattern declares, or else in
 *   the parameters.
 */
export type FindOwnerParams = (params: RouteParams, declared?: readonly string[]) => readonly string[];

const none: readonly string[] = [];

/**
 * For frameworks that show a route's parameters and not, or not before it runs, its pattern. Names of
 * parameters come from an app's routes, so there are few, and each is looked into once.
 */
export function createOwnerParamFinder(ownerParams: readonly string[]): FindOwnerParams {
  // A list of its own: the guard's is frozen, and to iterate over a frozen one costs a multiple.
  const names = [...ownerParams];
  const ordinary = new Set<string>();

  return (params, declared) => {
    // Inherited ones too: the owner check then finds none of the object's own, and refuses.
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
      hint: `the route's parameter "${name}" is not held to its owner, since ownerParam says "${meant}": spell them alike, or list both`,
    });
  }
}

/**
 * The owner parameter that somebody meant who wrote this name, where it is none itself: `:user_id` beside an
 * owner parameter `userId` is an isolation that somebody believes in and that is not there.
 */
export function meantOwnerParam(name: string, ownerParams: readonly string[]): string | undefined {
  if (ownerParams.includes(name)) return undefined;
  const folded = fold(name);
  return ownerParams.find((owner) => fold(owner) === folded);
}

/** Letters and digits, in lower case: `user_id`, `user-id` and `userId?` are alike. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, "");
}
