import { readPolicy } from "../../../../src/gate/policy/policy.ts";
import type { FileRule, Policy, Rule } from "../../../../src/gate/policy/rule.ts";
import { parseAnyPaths } from "../../../../src/openapi/document.ts";
import type { OwnerClaims } from "../../../../src/openapi/owner-parameter.ts";

/** What tests change. */
export interface PolicyParts {
  readonly fileRules?: readonly FileRule[];
  readonly ownerParams?: OwnerClaims | null;
  readonly basePath?: string;
}

/** The policy of a document in YAML, to which the version is added. */
export function policyOf(yaml: string, parts: PolicyParts = {}): Policy {
  const document = parseAnyPaths(`openapi: 3.1.0\n${yaml}`, "test.yaml");
  return readPolicy({ document, fileRules: [], ownerParams: undefined, ...parts });
}

/** A rule of the file. */
export function fileRule(label: string, parts: Partial<FileRule> = {}): FileRule {
  const [method = "", template = ""] = label.split(" ");
  return {
    method,
    template,
    access: "required",
    owners: undefined,
    scopes: [],
    claims: new Map(),
    source: "file",
    ...parts,
  };
}

/** The rule for a method and a template. */
export function ruleOf({ table }: Policy, label: string): Rule {
  const found = table.rules.find(({ method, template }) => `${method} ${template}` === label);
  if (found === undefined) throw new Error(`no rule for ${label}`);
  return found;
}
