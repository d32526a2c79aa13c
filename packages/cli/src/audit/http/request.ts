import type { Method } from "../document/operation.ts";

/** A request to the API under audit. */
export interface AuditRequest {
  readonly method: Method;
  /** Path and query, to the character: nothing normalises them on their way. */
  readonly path: string;
  /** All but `Authorization`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}
