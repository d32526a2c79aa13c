import { ownersOf } from "../../openapi/operation.ts";
import { subject } from "../../openapi/owner-parameter.ts";
import { exceptionsInWords } from "../../openapi/stated-rules.ts";
import type { Baseline } from "../baseline.ts";
import { exceededLimitIn } from "../requests/sample-limits.ts";
import type { Access, OperationReport, Outcome, Result } from "../result.ts";
import { isForeign } from "../tokens/owner-ids.ts";
import type { Users } from "../tokens/read-tokens.ts";

/** What the reader should know in addition to the results. */
export function notesOn(
  outcome: Outcome,
  users: Users,
  baseline: Baseline | undefined,
  ofTarget: string | undefined,
): string[] {
  const isOpen = ({ access, results }: OperationReport, kind: Access) =>
    access === kind && !isRejected(results[0]);
  const open = outcome.operations.filter((report) => isOpen(report, "public"));
  const optional = outcome.operations.filter((report) => isOpen(report, "optional"));
  const { notDeleted } = outcome;
  const unused = baseline?.unused() ?? [];
  return [
    ...(ofTarget === undefined ? [] : [ofTarget]),
    ...(open.length === 0
      ? []
      : [`Public, according to the ${baseline ? "baseline" : "document"}: ${labels(open)}.`]),
    ...(optional.length === 0 ? [] : [`The token is optional: ${labels(optional)}.`]),
    ...exceptionNotes(outcome.operations),
    ...untriedNotes(outcome.operations, users),
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

/** Who is accepted in addition to the owner, as the document states it. */
function exceptionNotes(operations: readonly OperationReport[]): string[] {
  const stating = operations.filter(({ operation }) => operation.stated.exceptions.length > 0);
  const alike = Map.groupBy(stating, ({ operation }) => exceptionsInWords(operation.stated.exceptions));
  return [...alike].map(([words, reports]) => `${words}: ${labels(reports)}.`);
}

/** What two users, or their tokens, are not enough for. */
function untriedNotes(operations: readonly OperationReport[], users: Users): string[] {
  const guarded = operations.filter(({ access }) => access === "required").map(({ operation }) => operation);
  const claims = new Set(guarded.flatMap((operation) => ownersOf(operation).map(({ owner }) => owner)));
  const shared = [...claims].filter(
    (claim) => !isForeign(users.a, users.b, claim, users) && claim !== subject,
  );
  const ofMembers = guarded.filter((operation) => {
    const owners = ownersOf(operation).map(({ owner }) => owner);
    return owners.includes(subject) && owners.some((owner) => owner !== subject);
  });
  const unknown = guarded.flatMap(({ stated, parameters }) =>
    [...stated.owners.keys()].filter((name) =>
      parameters.some((parameter) => parameter.name === name && parameter.owner === undefined),
    ),
  );
  return [
    ...shared.map(
      (claim) =>
        `Not tried: another \`${claim}\`, because B has no id in it that A does not have. Sign B in to another one.`,
    ),
    ...(users.c === undefined && ofMembers.length > 0
      ? [
          "Not tried: the data of another member of A's organization. Add --token-c with the token of such a member.",
        ]
      : []),
    ...(unknown.length === 0
      ? []
      : [
          `Not tried: another owner in ${[...new Set(unknown)].join(", ")}, which the document compares with no claim of the tokens. Use --owner-param name=claim.`,
        ]),
  ];
}

/** Refusals with the wrong form. */
function refusalNotes(operations: readonly OperationReport[]): string[] {
  const withoutChallenge = operations.filter(({ results }) =>
    results.some((result) => result.hasChallenge === false),
  );
  const withOtherStatus = operations.filter(
    ({ access, results }) => access !== "public" && results.some(hasOtherStatus),
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
