import type { Baseline } from "../baseline.ts";
import { exceededLimitIn } from "../document/sample-limits.ts";
import type { OperationReport, Outcome, Result } from "../result.ts";

/** What the reader should know in addition to the results. */
export function notesOn(
  outcome: Outcome,
  baseline: Baseline | undefined,
  ofTarget: string | undefined,
): string[] {
  const open = outcome.operations.filter(({ isPublic, results }) => isPublic && !isRejected(results[0]));
  const { notDeleted } = outcome;
  const unused = baseline?.unused() ?? [];
  return [
    ...(ofTarget === undefined ? [] : [ofTarget]),
    ...(open.length === 0
      ? []
      : [`Public, according to the ${baseline ? "baseline" : "document"}: ${labels(open)}.`]),
    ...(outcome.halt === "refused"
      ? [
          "At the end the API rejected a token that it had accepted before, so its refusals may prove nothing.",
        ]
      : []),
    ...refusalNotes(outcome.operations),
    ...sampleLimitNotes(outcome.operations),
    ...(notDeleted.length === 0 ? [] : [`Created but not deleted: ${[...tally(notDeleted)].join(", ")}.`]),
    ...(unused.length === 0 ? [] : [`Baseline entries that matched nothing: ${unused.join(", ")}.`]),
  ];
}

/** Refusals with the wrong form. */
function refusalNotes(operations: readonly OperationReport[]): string[] {
  const withoutChallenge = operations.filter(({ results }) =>
    results.some((result) => result.hasChallenge === false),
  );
  const withOtherStatus = operations.filter(
    ({ isPublic, results }) => !isPublic && results.some(hasOtherStatus),
  );
  return [
    ...(withoutChallenge.length === 0
      ? []
      : [
          `401 without WWW-Authenticate, which RFC 9110 section 11.6.1 requires: ${labels(withoutChallenge)}.`,
        ]),
    ...(withOtherStatus.length === 0
      ? []
      : [`Rejected a missing or invalid token with a status other than 401: ${labels(withOtherStatus)}.`]),
  ];
}

/** Requests that are incomplete, so that an API may reject even the right user. */
function sampleLimitNotes(operations: readonly OperationReport[]): string[] {
  return operations.flatMap(({ operation }) => {
    const exceeded = exceededLimitIn(operation);
    return exceeded === undefined
      ? []
      : [
          `No value was generated for ${operation.label}, because its schema is too large: ${exceeded}. Add an example to the document.`,
        ];
  });
}

/** Whether it rejects requests without a token although it is listed as public. */
function isRejected(withoutToken: Result | undefined): boolean {
  return withoutToken?.status === 401 || withoutToken?.status === 403;
}

function hasOtherStatus({ check, verdict, status }: Result): boolean {
  return check.endsWith("_token") && verdict === "passed" && status !== 401;
}

function labels(operations: readonly OperationReport[]): string {
  return operations.map(({ operation }) => operation.label).join(", ");
}

function tally(names: readonly string[]): Iterable<string> {
  const counts = Map.groupBy(names, (name) => name);
  return [...counts].map(([name, entries]) => `${name} (${entries.length})`);
}
