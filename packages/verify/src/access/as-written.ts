import type { RouteParams } from "./owner.ts";

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
