import type { Rule } from "../../../../src/gate/policy/rule.ts";

/** A rule of the document that requires a token, except for what is given. */
export function rule(label: string, parts: Partial<Rule> = {}): Rule {
  const [method = "", template = ""] = label.split(" ");
  return {
    method,
    template,
    access: "required",
    owners: new Map(),
    scopes: [],
    claims: new Map(),
    source: "document",
    ...parts,
  };
}

/** The decoded segments of a plain path. */
export function segmentsOf(path: string): string[] {
  return path.slice(1).split("/").map(decodeURIComponent);
}
