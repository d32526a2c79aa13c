import { AuthError } from "../errors.ts";

/** A route's parameters, as the framework's own router decoded them, once. */
export type RouteParams = Readonly<Record<string, unknown>>;

/**
 * Holds a path to its owner: each of the parameters must be the principal's id.
 *
 * The comparison is exact: no case folding, no normalising, no second decoding. A parameter that is absent or
 * empty is a mismatch. Does not look at anything but these parameters: an id in a body or a query is for the
 * database to check.
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
 * Parameters with the text of each owner that a schema has made a number of. Of all texts that are that
 * number, this is the one that may be the principal's id: `/users/007`, read as 7, is not user 007's.
 */
export function asWritten(params: RouteParams, ownerParams: readonly string[]): RouteParams {
  for (const name of ownerParams) {
    const value = params[name];
    if (typeof value === "number" || typeof value === "bigint")
      return asWritten({ ...params, [name]: String(value) }, ownerParams);
  }
  return params;
}
