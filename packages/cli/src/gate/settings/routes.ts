import type { FileRule } from "../policy/rule.ts";
import { parseTemplate } from "../policy/template.ts";
import type { Faults } from "./faults.ts";
import { foreignSpelling } from "./foreign-spelling.ts";
import type { ParsedFile, Place } from "./parse-file.ts";
import type { RouteEntry } from "./schema.ts";

/** RFC 6749 section 3.3, `scope-token`. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** The rules of the file's routes, one for each method. Adds what is wrong to `faults`. */
export function readRoutes({ content, at }: ParsedFile, faults: Faults): readonly FileRule[] {
  const known = new Set<string>();
  return (content.routes ?? []).flatMap((entry, index) => {
    const fault = (place: Place, text: string) => faults.add(`${at(["routes", index, ...place])}: ${text}.`);
    check(entry, fault);
    return (entry.methods ?? ["*"]).map((method, place) => {
      const where = entry.methods === undefined ? ["path"] : ["methods", place];
      if (known.has(`${method} ${entry.path}`)) fault(where, "another route has the same path and method");
      known.add(`${method} ${entry.path}`);
      return ruleOf(entry, method);
    });
  });
}

function check(entry: RouteEntry, fault: (place: Place, text: string) => void): void {
  const template = parseTemplate(entry.path);
  const foreign = foreignSpelling(entry.path);
  if (foreign !== undefined) fault(["path"], foreign);
  else if ("fault" in template) fault(["path"], `it ${template.fault}`);
  for (const [index, method] of (entry.methods ?? []).entries()) {
    if (!/^[A-Z][A-Z-]{0,30}$/.test(method)) fault(["methods", index], "a method in upper case, such as GET");
    if (method === "TRACE" || method === "CONNECT")
      fault(["methods", index], "the gate never passes TRACE and CONNECT on");
  }
  if (listsOf(entry).some((scopes) => !scopes.every((scope) => scopeToken.test(scope))))
    fault(["scopes"], "name the scopes one by one, such as [tasks:read, tasks:write]");
  for (const name of Object.keys(entry.owners ?? {})) {
    if (!("fault" in template) && !template.names.includes(name))
      fault(["owners", name], "the path has no such parameter");
  }
  if (Object.values(entry.owners ?? {}).includes("")) fault(["owners"], "the name of a claim is empty");
  if (entry.access === undefined || entry.access === "required") return;
  for (const name of ["owners", "scopes", "claims"] as const) {
    if (entry[name] !== undefined)
      fault([name], `only for \`access: required\`, and this is ${entry.access}`);
  }
}

function ruleOf(entry: RouteEntry, method: string): FileRule {
  return {
    method,
    template: entry.path,
    access: entry.access ?? "required",
    owners: entry.owners && new Map(Object.entries(entry.owners)),
    scopes: listsOf(entry),
    claims: new Map(
      Object.entries(entry.claims ?? {}).map(([claim, values]) => [claim, [values].flat()] as const),
    ),
    source: "file",
  };
}

/** One list of scopes, or several. */
function listsOf({ scopes = [] }: RouteEntry): readonly (readonly string[])[] {
  const lists = scopes.filter((scope) => Array.isArray(scope));
  const single = scopes.filter((scope) => typeof scope === "string");
  return single.length > 0 ? [single] : lists;
}
