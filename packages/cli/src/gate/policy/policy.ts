import { CannotRun } from "../../command-line/command.ts";
import { type Document, membersOf } from "../../openapi/document.ts";
import type { OwnerClaims } from "../../openapi/owner-parameter.ts";
import { escapeLine } from "../../output/escape.ts";
import { hasSeveralBasePaths } from "./base-path.ts";
import { type DocumentRule, documentRules } from "./document-rules.ts";
import { claimOf, ownersOfPath } from "./owners.ts";
import type { FileRule, Policy, Rule } from "./rule.ts";
import { isPublicByDefault } from "./security.ts";
import { createRouteTable } from "./table.ts";
import { namesOf, parseTemplate } from "./template.ts";
import { ownerWarnings, replacementWarnings } from "./warnings/file-and-document.ts";
import { overlapWarnings } from "./warnings/overlaps.ts";
import { unguardedWarnings } from "./warnings/unguarded.ts";

/** What a policy is made of. */
export interface PolicyInput {
  /** Undefined: the rules of the file are all. */
  readonly document: Document | undefined;
  readonly fileRules: readonly FileRule[];
  readonly ownerParams: OwnerClaims | null | undefined;
  /** What the document's paths begin with. Default: the path of its first server. */
  readonly basePath?: string | undefined;
}

/**
 * Makes the rules of the document and of the file into one policy.
 *
 * @throws {CannotRun} A rule could be misjudged. The message says what to change.
 */
export function readPolicy(input: PolicyInput): Policy {
  const { document, fileRules, ownerParams } = input;
  const root = document?.root ?? {};
  const documented =
    document === undefined
      ? { rules: [], warnings: [] }
      : documentRules(document, { ownerParams, basePath: input.basePath });
  const ofFile = fileRules.map((rule) => readFileRule(rule, documented.rules, ownerParams));
  const table = createRouteTable([...ofFile, ...documented.rules.map(({ rule }) => rule)]);
  const isInForce = new Set(table.rules);
  const inForce = documented.rules.filter(({ rule }) => isInForce.has(rule));

  const { title } = membersOf(root.info);
  return {
    table,
    title: typeof title === "string" ? escapeLine(title) : undefined,
    warnings: [
      ...(isPublicByDefault(root)
        ? ["The document says `security: []` for all operations: those without a `security` are public."]
        : []),
      ...(input.basePath === undefined && hasSeveralBasePaths(root)
        ? ["The document names servers with different paths. Only the first counts: see `basePath`."]
        : []),
      ...(document !== undefined && documented.rules.length === 0
        ? ["The document has no operations, so it opens no path."]
        : []),
      ...documented.warnings,
      ...inForce.flatMap(({ warnings }) => warnings),
      ...ownerWarnings(documented.rules, ofFile, ownerParams),
      ...unguardedWarnings(table),
      ...replacementWarnings(documented.rules, ofFile),
      ...overlapWarnings(table.rules),
    ],
    notes: document === undefined ? [] : additionNotes(ofFile, documented.rules),
  };
}

/** Owners that the file's rule does not state are those that the document's rule for the path has. */
function readFileRule(
  rule: FileRule,
  documented: readonly DocumentRule[],
  ownerParams: OwnerClaims | null | undefined,
): Rule {
  const template = parseTemplate(rule.template);
  if ("fault" in template) throw new CannotRun(`${escapeLine(rule.template)} ${template.fault}.`);
  const stated = new Map(
    documented.filter((one) => one.rule.template === rule.template).flatMap((one) => [...one.stated.owners]),
  );
  const rest = template.names.find((name) => !namesOf(template).includes(name));
  if (rest !== undefined && claimOf(rest, rule.template, ownerParams, stated) !== undefined) {
    throw new CannotRun(
      `${escapeLine(rule.template)}: the rest of a path cannot be an owner. Name the parameter differently.`,
    );
  }
  const owners = rule.owners ?? ownersOfPath(namesOf(template), rule.template, ownerParams, stated);
  return { ...rule, owners: rule.access === "required" ? owners : new Map() };
}

function additionNotes(ofFile: readonly Rule[], documented: readonly DocumentRule[]): string[] {
  const templates = new Set(documented.map(({ rule }) => rule.template));
  const added = new Set(ofFile.map(({ template }) => template).filter((path) => !templates.has(path)));
  return [...added].map((path) => escapeLine(`${path} is in the file only: the document has no such path.`));
}
