import type { Document } from "../openapi/document.ts";
import { operationsOf } from "../openapi/operations.ts";
import type { OwnerClaims } from "../openapi/owner-parameter.ts";
import type { Target } from "../openapi/server.ts";
import { audit } from "./audit.ts";
import type { Baseline } from "./baseline.ts";
import { connect } from "./http/send.ts";
import { createTraffic } from "./http/traffic.ts";
import type { Outcome } from "./result.ts";
import { checkOwnerClaims } from "./tokens/owner-ids.ts";
import { millisecondsUntilExpiry, type Users } from "./tokens/read-tokens.ts";

/** What to audit, and within which limits. */
export interface AuditSettings {
  readonly document: Document;
  readonly target: Target;
  /** The claims of `--owner-param`. */
  readonly owners: OwnerClaims;
  readonly writes: boolean;
  readonly baseline: Baseline | undefined;
  /** The most requests a second. */
  readonly rate: number;
  /** The most requests in total. */
  readonly maxRequests: number;
  /** Ends the audit, which then deletes what it created. */
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number, label: string) => void;
}

/** An audit with the tokens of certain users. */
export interface Audited {
  readonly outcome: Outcome;
  readonly users: Users;
  readonly requests: number;
}

/**
 * Audits with the tokens of these users.
 *
 * @throws {CannotRun} The tokens do not fit `owners`, or the API does not answer, or rejects a token
 *   everywhere.
 */
export async function auditAs(users: Users, settings: AuditSettings): Promise<Audited> {
  const { document, target, owners, rate, maxRequests, signal } = settings;
  checkOwnerClaims(owners, users);
  const { a, b } = users;
  const connection = connect(target.origin);
  const validFor = millisecondsUntilExpiry(users, Date.now());
  const traffic = createTraffic(connection.send, { rate, maxRequests, validFor, signal });
  try {
    const outcome = await audit({
      ...settings,
      operations: operationsOf(document, owners, (claim) => a.ids.has(claim) && b.ids.has(claim)),
      users,
      target: target.origin,
      base: target.path,
      traffic,
    });
    return { outcome, users, requests: traffic.count() };
  } finally {
    connection.close();
  }
}
