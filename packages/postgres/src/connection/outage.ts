/**
 * The database cannot answer at the moment. The request is not at fault: answer it with 503 and
 * `Retry-After`.
 *
 * `statusCode` makes it a 503 in frameworks that look for one (Fastify, Express, Koa). `cause` is the error
 * of the driver, for the log; the message says nothing about it.
 *
 * @example
 * ```ts
 * import { DatabaseUnavailableError } from "@usher-auth/postgres/connection";
 *
 * export function statusOf(error: unknown): number {
 *   return error instanceof DatabaseUnavailableError ? error.statusCode : 500;
 * }
 * ```
 */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  readonly statusCode = 503;

  constructor(cause: unknown) {
    super("the database does not answer", { cause });
  }
}

/** The codes of Node and postgres.js for a connection that cannot be made or that breaks. */
const connectionErrors = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
  "SASL_SIGNATURE_MISMATCH",
  // The server's certificate is not valid, or not trusted.
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Node's codes for a TLS connection that was tampered with, or whose handshake failed. */
const brokenTls = /^ERR_(?:SSL|TLS)_/;

/**
 * SQLSTATEs about the server rather than the query (Postgres manual, appendix A): 08 connection, 53 resources
 * (disk full, too many connections), 57P operator intervention (shutting down, starting up, crashed), 58
 * system error (I/O), 57014 query canceled (statement timeout), 25006 read-only server (a failover), 28 and
 * 3D a server that is not set up yet.
 */
const outageStates = /^(?:08|53|57P|58|57014|25006|28|3D)/;

/** What pg and its pool say of a connection that is lost or cannot be made in time: without a code. */
const lostConnections = new Set([
  "Connection terminated",
  "Connection terminated unexpectedly",
  "Connection terminated due to connection timeout",
  "Client has encountered a connection error and is not queryable",
  "Client was closed and is not queryable",
  "timeout exceeded when trying to connect",
]);

/** Prisma's codes for a server that it cannot reach, or that rejects the login: P1000 to P1017. */
const prismaConnectionErrors = /^P10\d\d$/;

/**
 * Whether an error means that the database is unavailable, rather than that a query is wrong. Looks at the
 * `code` of the error and of each `cause`: the connection errors of Node, postgres.js and Prisma, TLS errors,
 * and the SQLSTATEs for a server that is down, full, read-only, out of connections, too slow (57014), or that
 * rejects the login. `pg` has no codes for lost connections: there, the message counts.
 *
 * @example
 * ```ts
 * import { isOutage } from "@usher-auth/postgres/connection";
 *
 * const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
 * console.log(isOutage(refused)); // true: answer 503, not 500
 * console.log(isOutage(new Error("column does not exist"))); // false
 * ```
 */
export function isOutage(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof DatabaseUnavailableError || lostConnections.has(current.message)) return true;
    if (codesOf(current as PrismaError).some((code) => typeof code === "string" && isOutageCode(code)))
      return true;
  }
  return false;
}

/** The code of an error. Prisma has the SQLSTATE too, in the error of its driver adapter. */
function codesOf(error: PrismaError): unknown[] {
  const { code, meta, cause } = error;
  return [code, meta?.driverAdapterError?.cause?.originalCode, cause?.originalCode];
}

interface PrismaError {
  readonly code?: unknown;
  readonly meta?: { readonly driverAdapterError?: PrismaError };
  readonly cause?: { readonly originalCode?: unknown };
}

function isOutageCode(code: string): boolean {
  const codes = [brokenTls, outageStates, prismaConnectionErrors];
  return connectionErrors.has(code) || codes.some((pattern) => pattern.test(code));
}
