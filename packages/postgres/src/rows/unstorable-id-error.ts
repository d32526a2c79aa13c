/**
 * A principal whose id Postgres cannot hold as text: it has a U+0000, or half of a surrogate pair. No row can
 * be theirs.
 *
 * `statusCode` makes it a 400, and no fault of the server, in frameworks that look for one (Fastify, Express,
 * Koa). The message holds nothing of the id.
 */
export class UnstorableIdError extends Error {
  override readonly name = "UnstorableIdError";
  readonly statusCode = 400;

  constructor() {
    super("a user id with U+0000 or half of a surrogate pair cannot own rows");
  }
}
