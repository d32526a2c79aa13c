import type { Baseline } from "../baseline.ts";
import { excessIn } from "../document/sample-limits.ts";
import type { OperationReport, Outcome, Result } from "../result.ts";

/** What the reader should know beside the results. */
export function notesOn(
  outcome: Outcome,
  baseline: Baseline | undefined,
  ofTarget: string | undefined,
): string[] {
  const open = outcome.operations.filter(({ isPublic, results }) => isPublic && !isForbidden(results[0]));
  const { leftovers } = outcome;
  const unused = baseline?.unused() ?? [];
  return [
    ...(ofTarget === undefined ? [] : [ofTarget]),
    ...(open.length === 0
      ? []
      : [`Meant to be open to everybody, by the ${baseline ? "baseline" : "document"}: ${labels(open)}.`]),
    ...(outcome.halt === "refused"
      ? ["At the end the API refuses a token that it took before: what it refused meanwhile proves nothing."]
      : []),
    ...challengeNote(outcome.operations),
    ...excessNotes(outcome.operations),
    ...(leftovers.length === 0 ? [] : [`Added and not deleted again: ${[...tally(leftovers)].join(", ")}.`]),
    ...(unused.length === 0 ? [] : [`In the baseline for nothing: ${unused.join(", ")}.`]),
  ];
}

/** A flaw of form: the request is refused all the same. */
function challengeNote(operations: readonly OperationReport[]): string[] {
  const without = operations.filter(({ results }) => results.some((result) => result.hasChallenge === false));
  const forbidding = operations.filter(({ isPublic, results }) => !isPublic && results.some(isOddlyRefused));
  return [
    ...(without.length === 0
      ? []
      : [`401 without WWW-Authenticate, which RFC 9110 section 11.6.1 demands: ${labels(without)}.`]),
    ...(forbidding.length === 0
      ? []
      : [`Refused with another status than 401 for want of a good token: ${labels(forbidding)}.`]),
  ];
}

/** Requests that are less than the document asks for, so that an API may refuse even their rightful user. */
function excessNotes(operations: readonly OperationReport[]): string[] {
  return operations.flatMap(({ operation }) => {
    const excess = excessIn(operation);
    return excess === undefined
      ? []
      : [`Not made up for ${operation.label}, since it is too much: ${excess}. Give it an example.`];
  });
}

/** It wants a token after all, whatever was said of it. */
function isForbidden(withoutToken: Result | undefined): boolean {
  return withoutToken?.status === 401 || withoutToken?.status === 403;
}

function isOddlyRefused({ check, verdict, status }: Result): boolean {
  return check.endsWith("_token") && verdict === "passed" && status !== 401;
}

function labels(operations: readonly OperationReport[]): string {
  return operations.map(({ operation }) => operation.label).join(", ");
}

function tally(names: readonly string[]): Iterable<string> {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([name, entries]) => `${name} (${entries.length})`);
}
