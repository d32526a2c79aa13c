import { createScene, type Scene } from "./audited-api.ts";
import type { Baseline } from "./baseline.ts";
import { checkIds } from "./checks/checks.ts";
import { confirmUsers, reconfirmUsers } from "./confirm-users.ts";
import { isSafe, methods, type Operation } from "./document/operation.ts";
import { type Halt, type Traffic, TrafficHalted } from "./http/traffic.ts";
import type { OperationReport, Outcome, Result } from "./result.ts";
import { examine, idleResult, madeIdle } from "./run-check.ts";
import type { Users } from "./tokens/read-tokens.ts";
import { type NotTried, skipped } from "./verdicts/verdict.ts";

/** What is audited, and how. */
export interface AuditOptions {
  readonly operations: readonly Operation[];
  readonly users: Users;
  /** Where requests go, for messages. */
  readonly target: string;
  /** Put before every path. */
  readonly base: string;
  readonly traffic: Traffic;
  /** Whether methods that change something are tried. */
  readonly writes: boolean;
  readonly baseline: Baseline | undefined;
  /** Called before each check, with how many of all are done. */
  readonly onProgress: (done: number, total: number, label: string) => void;
}

/**
 * Tries every check on every operation, reading ones first, deleting ones last, and deletes what it has
 * added.
 *
 * @throws {CannotRun} Nothing answers, or the API takes the tokens nowhere.
 */
export async function audit(options: AuditOptions): Promise<Outcome> {
  const { operations, target, onProgress } = options;
  const scene = createScene(options);
  const reports = new Map<Operation, OperationReport>();
  const total = operations.length * checkIds.length;
  let halt: Halt | undefined;
  let leftovers: readonly string[] = [];
  try {
    halt = await untilHalted(() => confirmUsers(scene, target));
    for (const operation of inOrder(operations)) {
      const done = reports.size * checkIds.length;
      const results: Result[] = [];
      halt = await auditOperation(operation, { scene, options, results, halt }, () =>
        onProgress(done + results.length, total, operation.label),
      );
      reports.set(operation, reportOf(operation, results, options));
    }
    halt ??= await untilHalted(() => reconfirmUsers(scene));
  } finally {
    onProgress(total, total, "tidying up");
    leftovers = await scene.tidy();
  }
  return { operations: operations.flatMap((operation) => reports.get(operation) ?? []), halt, leftovers };
}

type Work = { scene: Scene; options: AuditOptions; results: Result[]; halt: Halt | undefined };

/** Adds the result of every check. Resolves to why no more requests are sent, if so. */
async function auditOperation(
  operation: Operation,
  work: Work,
  onCheck: () => void,
): Promise<Halt | undefined> {
  const { scene, options, results } = work;
  const isPublic = isMeantPublic(operation, options);
  let { halt } = work;
  for (const check of checkIds) {
    onCheck();
    const idle = idleBecause(operation, options.writes, halt) ?? madeIdle(check, results);
    if (idle === undefined) {
      halt = await untilHalted(async () => {
        results.push(await examine(check, operation, isPublic, scene));
      });
    }
    if (halt !== undefined && idle === undefined) results.push(idleResult(check, skipped(halts[halt])));
    if (idle !== undefined) results.push(idleResult(check, idle));
  }
  return halt;
}

function isMeantPublic({ label, isPublic }: Operation, { baseline }: AuditOptions): boolean {
  return baseline === undefined ? isPublic : baseline.isPublic(label);
}

function reportOf(operation: Operation, results: readonly Result[], options: AuditOptions): OperationReport {
  const isPublic = isMeantPublic(operation, options);
  return {
    operation,
    isPublic,
    results: results.map((result) => accept(result, operation, options.baseline)),
  };
}

/** What the baseline makes of a result. */
function accept(result: Result, { label, isPublic }: Operation, baseline: Baseline | undefined): Result {
  if (result.verdict !== "failed") return result;
  if (baseline?.accepts(label, result.check)) return { ...result, verdict: "accepted" };
  const isUnlisted = isPublic && result.check === "no_token";
  return isUnlisted
    ? { ...result, reason: `${result.reason} (public in the document, not in the baseline)` }
    : result;
}

/** Reads first; then what adds, changes and deletes, and of these the innermost things first. */
function inOrder(operations: readonly Operation[]): Operation[] {
  const rank = ({ method }: Operation) => methods.indexOf(method);
  const depth = ({ path }: Operation) => path.split("/").length;
  return [...operations].sort((one, other) => rank(one) - rank(other) || depth(other) - depth(one));
}

const halts: Readonly<Record<Halt, string>> = {
  budget: "not tried: --max-requests was reached",
  silence: "not tried: the API answers no more",
  expiry: "not tried: a token expires. Ask for ones that live longer, or raise --rate",
  refused: "not tried: the API takes a token no longer",
  interrupted: "not tried: interrupted",
};

function idleBecause({ method }: Operation, writes: boolean, halt: Halt | undefined): NotTried | undefined {
  if (!writes && !isSafe(method)) return skipped("it changes something: --writes tries it");
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
