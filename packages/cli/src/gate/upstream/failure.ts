import type { GateProblemCode } from "../problem.ts";

/** Why a request failed: what the client gets, and what only the log gets. */
export interface Failure {
  readonly code: GateProblemCode;
  readonly cause: string;
}

/** Errors that say that no connection was made in time. */
const timeouts = new Set(["UND_ERR_CONNECT_TIMEOUT", "ETIMEDOUT"]);
/** Errors about the request itself, found before it was sent. */
const invalidRequests = new Set(["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED"]);
/** Errors of a connection that the backend closed. */
const closed = new Set(["UND_ERR_SOCKET", "ECONNRESET", "EPIPE"]);

/** The failure that an error of the connection to the backend means. */
export function failureOf(error: Error): Failure {
  const code = codeOf(error);
  const cause = textOf(error);
  if (timeouts.has(code)) return { code: "api_timeout", cause };
  if (invalidRequests.has(code)) return { code: "bad_request", cause };
  return { code: "api_unavailable", cause };
}

/** Whether the backend closed the connection, or it broke. */
export function isClosedConnection(error: Error): boolean {
  return closed.has(codeOf(error));
}

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** A host with several addresses fails with all of their errors, and without a message. */
function textOf(error: Error): string {
  const messages = error instanceof AggregateError ? error.errors.map((each: Error) => each.message) : [];
  const message = error.message || messages.join(", ") || error.name;
  const code = codeOf(error);
  return code === "" || message.includes(code) ? message : `${code}: ${message}`;
}
