import { AuthError } from "./errors.ts";
import { meantOwnerParam } from "./misspelling.ts";
import type { RouteParams } from "./owner.ts";

/**
 * Which owner parameters a route has, told by the parameters that its router decoded.
 *
 * @throws {AuthError} `owner_mismatch`, for everybody, when a parameter is an owner parameter in another spelling: its
 * route would go unchecked in silence.
 */
export type FindOwnerParams = (params: RouteParams) => readonly string[];

/**
 * For frameworks that show a route's parameters and not, or not before it runs, its pattern. Names of parameters come
 * from an app's routes, so there are few, and each is looked into once.
 */
export function createOwnerParamFinder(ownerParams: readonly string[]): FindOwnerParams {
  // A list of its own: the guard's is frozen, and to iterate over a frozen one costs a multiple.
  const names = [...ownerParams];
  const ordinary = new Set<string>();

  return (params) => {
    for (const name of Object.keys(params)) {
      if (!ordinary.has(name)) look(name);
    }
    // Inherited ones too: the owner check then finds none of the object's own, and refuses.
    return names.filter((name) => name in params);
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
