/**
 * The database cannot answer at the moment. A 503, and no fault of the request; `cause` says why, for the
 * log.
 */
export class DatabaseUnavailable extends Error {
  override readonly name = "DatabaseUnavailable";

  constructor(cause: unknown) {
    super("the database does not answer", { cause });
  }
}

/** What Node and postgres.js say when a connection cannot be made, or breaks. */
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
  // A certificate that does not hold, any more or yet.
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/**
 * What Node says of a TLS connection on which something was changed on its way, or that could not be agreed
 * on.
 */
const brokenTls = /^ERR_(?:SSL|TLS)_/;

/**
 * SQLSTATEs that speak of the server and not of the query (Postgres manual, appendix A): 08 connection, 53
 * resources (disk full, too many connections), 57P operator (shutting down, starting up, crashed), 58 system
 * (I/O), 57014 a query that took too long, 25006 a server that only reads (a failover), 28 and 3D a server
 * that is not set up (yet).
 */
const outageStates = /^(?:08|53|57P|58|57014|25006|28|3D)/;

/**
 * Whether an error says that the database is out, rather than that a query is wrong. Looks through causes.
 */
export function isOutage(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    if (current instanceof DatabaseUnavailable) return true;
    const code = (current as { code?: unknown }).code;
    if (typeof code === "string" && isOutageCode(code)) return true;
  }
  return false;
}

function isOutageCode(code: string): boolean {
  return connectionErrors.has(code) || brokenTls.test(code) || outageStates.test(code);
}
