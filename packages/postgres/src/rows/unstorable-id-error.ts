/**
 * The principal's id cannot be stored as Postgres text: it contains U+0000 or half of a surrogate pair. No
 * row can belong to it.
 *
 * `statusCode` makes it a 400 in frameworks that look for one (Fastify, Express, Koa). The message does not
 * contain the id.
 *
 * @example
 * ```ts
 * import { UnstorableIdError } from "@usher-auth/postgres";
 *
 * export function statusOf(error: unknown): number {
 *   return error instanceof UnstorableIdError ? error.statusCode : 500;
 * }
 * ```
 */
export class UnstorableIdError extends Error {
  override readonly name = "UnstorableIdError";
  readonly statusCode = 400;

  constructor() {
    super("a user id with U+0000 or half of a surrogate pair cannot own rows");
  }
}
