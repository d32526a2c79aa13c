import { isSafe, methods, type Operation } from "../openapi/operation.ts";
import { type AuditedApi, createAuditedApi } from "./audited-api.ts";
import type { Baseline } from "./baseline.ts";
import { checkIds } from "./checks/checks.ts";
import { othersOf } from "./checks/cross-user.ts";
import { awaitRevocation, confirmUsers, reconfirmUsers } from "./confirm-users.ts";
import { type Halt, type Traffic, TrafficHalted } from "./http/traffic.ts";
import { findInfluence } from "./objects/find-influence.ts";
import { gatherEvidence } from "./objects/gather-evidence.ts";
import type { Access, OperationReport, Outcome, Result } from "./result.ts";
import { notTriedResult, runCheck, skippedAfter } from "./run-check.ts";
import type { Users } from "./tokens/read-tokens.ts";
import { type NotTried, skipped } from "./verdicts/verdict.ts";

/** What to audit, and how. */
export interface AuditOptions {
  readonly operations: readonly Operation[];
  readonly users: Users;
  /** The API's origin, for messages. */
  readonly target: string;
  /** A prefix for every path. */
  readonly base: string;
  readonly traffic: Traffic;
  /** Whether to send methods that change data. */
  readonly writes: boolean;
  readonly baseline: Baseline | undefined;
  /** Called before each check with the number of finished checks and the total. */
  readonly onProgress: (done: number, total: number, label: string) => void;
}

/**
 * Runs every check on every operation: methods that read first, DELETE last. Deletes what it created.
 *
 * @throws {CannotRun} The API does not answer, or rejects a token everywhere.
 */
export async function audit(options: AuditOptions): Promise<Outcome> {
  const { operations, target, onProgress } = options;
  const api = createAuditedApi({
    ...options,
    gatherEvidence: (audited, user) => gatherEvidence(audited, user, options.writes),
    findInfluence: async (audited) => (options.writes ? findInfluence(audited) : new Set<Operation>()),
  });
  const reports = new Map<Operation, OperationReport>();
  const total = operations.length * checkIds.length;
  let halt: Halt | undefined;
  let notDeleted: readonly string[] = [];
  try {
    onProgress(0, total, "reading as all users");
    halt = await untilHalted(async () => {
      await confirmUsers(api, target);
      await awaitRevocation(api);
      // Before any check, because it creates objects: a check may look for changes of the others' data.
      await api.influenced();
      for (const other of othersOf(api)) await api.evidence(other);
    });
    for (const operation of inOrder(operations)) {
      const done = reports.size * checkIds.length;
      const results: Result[] = [];
      halt = await auditOperation(operation, { api, options, results, halt }, () =>
        onProgress(done + results.length, total, operation.label),
      );
      reports.set(operation, reportOf(operation, results, options));
    }
    halt ??= await untilHalted(() => reconfirmUsers(api));
  } finally {
    onProgress(total, total, "deleting what was created");
    notDeleted = await api.deleteCreated();
  }
  return { operations: operations.flatMap((operation) => reports.get(operation) ?? []), halt, notDeleted };
}

type Work = { api: AuditedApi; options: AuditOptions; results: Result[]; halt: Halt | undefined };

/** Adds the result of every check. Returns why no more requests are sent, if that is the case. */
async function auditOperation(
  operation: Operation,
  work: Work,
  onCheck: () => void,
): Promise<Halt | undefined> {
  const { api, options, results } = work;
  const access = accessOf(operation, options);
  let { halt } = work;
  for (const check of checkIds) {
    onCheck();
    const notTried = notTriedBecause(operation, options.writes, halt) ?? skippedAfter(check, results);
    if (notTried === undefined) {
      halt = await untilHalted(async () => {
        results.push(await runCheck(check, operation, access, api));
      });
    }
    if (halt !== undefined && notTried === undefined)
      results.push(notTriedResult(check, skipped(halts[halt])));
    if (notTried !== undefined) results.push(notTriedResult(check, notTried));
  }
  return halt;
}

/** A baseline lists every operation that accepts requests without a token, and replaces the document. */
function accessOf({ label, isPublic, stated }: Operation, { baseline }: AuditOptions): Access {
  const isOpen = baseline === undefined ? isPublic || stated.optionalAuth : baseline.isPublic(label);
  if (!isOpen) return "required";
  return stated.optionalAuth ? "optional" : "public";
}

function reportOf(operation: Operation, results: readonly Result[], options: AuditOptions): OperationReport {
  return {
    operation,
    access: accessOf(operation, options),
    results: results.map((result) => accept(result, operation, options.baseline)),
  };
}

/** Applies the baseline to a result. */
function accept(
  result: Result,
  { label, isPublic, stated }: Operation,
  baseline: Baseline | undefined,
): Result {
  if (result.verdict !== "failed") return result;
  if (baseline?.accepts(label, result.check)) return { ...result, verdict: "accepted" };
  const isUnlisted = (isPublic || stated.optionalAuth) && result.check === "no_token";
  return isUnlisted
    ? {
        ...result,
        reason: `${result.reason} (needs no token according to the document, but is not in the baseline)`,
      }
    : result;
}

/** Methods that read first; then POST, PUT, PATCH and DELETE, the deepest paths first. */
function inOrder(operations: readonly Operation[]): Operation[] {
  const rank = ({ method }: Operation) => methods.indexOf(method);
  const depth = ({ path }: Operation) => path.split("/").length;
  return [...operations].sort((one, other) => rank(one) - rank(other) || depth(other) - depth(one));
}

const halts: Readonly<Record<Halt, string>> = {
  budget: "not tried: --max-requests was reached",
  silence: "not tried: the API stopped answering",
  expiry: "not tried: a token expires soon. Get tokens with a longer lifetime, or raise --rate",
  refused: "not tried: the API no longer accepts a token",
  interrupted: "not tried: the audit was interrupted",
};

function notTriedBecause(
  { method }: Operation,
  writes: boolean,
  halt: Halt | undefined,
): NotTried | undefined {
  if (!writes && !isSafe(method)) return skipped("it changes data: add --writes to try it");
  return halt === undefined ? undefined : skipped(halts[halt]);
}

async function untilHalted(work: () => Promise<void>): Promise<Halt | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof TrafficHalted) return error.halt;
    throw error;
  }
}
