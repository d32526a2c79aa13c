import { AuthError } from "../errors.ts";

/** A route's parameters, decoded once by the framework's own router. */
export type RouteParams = Readonly<Record<string, unknown>>;

/**
 * Checks that each owner parameter of the path is the principal's id.
 *
 * The comparison is exact: no case folding, no normalization, no second decoding. A missing or empty
 * parameter is a mismatch. Looks only at these parameters: ids in a body or a query are for the database to
 * check.
 *
 * @throws {AuthError} `owner_mismatch`.
 */
export function checkOwner(id: string, params: RouteParams, names: readonly string[]): void {
  for (const name of names) {
    const value = Object.hasOwn(params, name) ? params[name] : undefined;
    if (value !== id || value === "") {
      throw new AuthError("owner_mismatch", { hint: `the path's \`${name}\` is not the token's subject` });
    }
  }
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
