import { CannotRun } from "../../command-line/command.ts";
import type { Document, Members } from "../../openapi/document.ts";
import { type DocumentedOperation, documentedOperations } from "../../openapi/documented-operations.ts";
import { parametersOf } from "../../openapi/operations.ts";
import { isOwnerName, type OwnerClaims } from "../../openapi/owner-parameter.ts";
import { type StatedRules, statedRulesOf } from "../../openapi/stated-rules.ts";
import { escapeLine } from "../../output/escape.ts";
import { foreignSpelling } from "../settings/foreign-spelling.ts";
import { basePathOf } from "./base-path.ts";
import { claimOf, ownersOfPath } from "./owners.ts";
import type { Rule } from "./rule.ts";
import { securityOf } from "./security.ts";
import { namesOf, parseTemplate } from "./template.ts";

/** An operation of the document, and the rule that it states. */
export interface DocumentRule {
  readonly rule: Rule;
  /** The owner parameters of its path, whether or not the rule holds anyone to them. */
  readonly owners: Rule["owners"];
  readonly stated: StatedRules;
  /** What an operator should know of it. */
  readonly warnings: readonly string[];
}

/** How a document is read. */
export interface DocumentOptions {
  readonly ownerParams: OwnerClaims | null | undefined;
  /** What the paths begin with. Default: the path of the server. */
  readonly basePath: string | undefined;
}

/** The rules of a document, and what it says that no rule can. */
export interface DocumentRules {
  readonly rules: readonly DocumentRule[];
  readonly warnings: readonly string[];
}

/**
 * Reads the rule of each operation. Callbacks and webhooks are left out, because the
 * backend sends those.
 *
 * @throws {CannotRun} What is written could be misjudged: a path in another file, a parameter twice, another
 *   spelling of an owner parameter.
 */
export function documentRules({ root }: Document, options: DocumentOptions): DocumentRules {
  const rules: DocumentRule[] = [];
  const warnings: string[] = [];
  const labels = new Set<string>();
  for (const documented of documentedOperations(root)) {
    const { path, method } = documented;
    if (method === "TRACE" || path.startsWith("x-")) continue;
    const template = `${options.basePath ?? basePathOf([documented.operation, documented.item, root])}${path}`;
    const label = escapeLine(`${method} ${template}`);
    const parsed = parseTemplate(template);
    if ("fault" in parsed) {
      if (!parsed.isUnreachable) throw new CannotRun(`${escapeLine(template)} ${parsed.fault}.`);
      warnings.push(`${label} cannot be called through the gate: the path ${parsed.fault}.`);
      continue;
    }
    if (labels.has(label)) throw new CannotRun(`${label} is in the document twice.`);
    labels.add(label);
    if (foreignSpelling(path) !== undefined)
      warnings.push(
        `${label}: in OpenAPI, a parameter is {name}, for one segment. *, : and <> mean nothing.`,
      );
    rules.push(readOperation(documented, { template, names: namesOf(parsed), label, root, options }));
  }
  return { rules, warnings };
}

interface Place {
  readonly template: string;
  readonly names: readonly string[];
  readonly label: string;
  readonly root: Members;
  readonly options: DocumentOptions;
}

function readOperation(
  { path, method, item, operation }: DocumentedOperation,
  { template, names, label, root, options: { ownerParams } }: Place,
): DocumentRule {
  const stated = statedRulesOf(operation);
  const security = securityOf(operation, root);
  const access = security.access === "required" && stated.optionalAuth ? "optional" : security.access;
  const owners = ownersOfPath(names, path, ownerParams, stated.owners);
  const isHeld = access === "required";
  const rule: Rule = {
    method,
    template,
    access,
    owners: isHeld ? owners : new Map(),
    scopes: isHeld ? security.scopes : [],
    claims: new Map(),
    source: "document",
  };

  const warnings: string[] = [];
  const warn = (text: string) => warnings.push(escapeLine(`${label}: ${text}`));
  if (security.otherSchemes.length > 0 && access !== "public") {
    const schemes = [...new Set(security.otherSchemes)].join(", ");
    warn(`the document accepts ${schemes}, which the gate does not check. It requires a token.`);
  }
  if (security.hasInvalidScope)
    warn("a scope of the document cannot be part of a token, so no token satisfies it.");
  if (security.dropsScopes)
    warn(
      "the document has scopes, and an alternative without any, so none is required. FastAPI writes alternatives where it means all: then state the scopes in usher.gate.yaml.",
    );
  if (stated.exceptions.length > 0 && isHeld && owners.size > 0)
    warn(
      "the document states exceptions to the owner. The gate does not know them, and admits the owner only.",
    );
  const places = { path, root, owners: { given: new Map(), stated: new Map() } };
  for (const parameter of parametersOf(item, operation, places)) {
    const { name, in: where } = parameter;
    const isOwner = isOwnerName(name) || claimOf(name, path, ownerParams, stated.owners) !== undefined;
    if (where !== "path" && isOwner && access !== "public" && ownerParams !== null)
      warn(`${name} in the ${where} is not checked. The gate checks owners in paths only.`);
  }
  return { rule, owners, stated, warnings };
}
