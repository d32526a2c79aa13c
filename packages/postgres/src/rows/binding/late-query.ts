/** A query that is made when nothing may run on its connection any more: another user may have it by then. */
export function lateQuery(): Error {
  return new Error(
    "a query was made after its transaction had finished, or after its connection was released: await it before",
  );
}
