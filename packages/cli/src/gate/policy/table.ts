import { CannotRun } from "../../command-line/command.ts";
import { escapeLine } from "../../output/escape.ts";
import { isMoreConcrete } from "./concreteness.ts";
import { splitPartial } from "./partial.ts";
import type { Found, Match, RouteTable, Rule } from "./rule.ts";
import { parseTemplate, type Segment, type Template } from "./template.ts";
import { createTrie, type Fit } from "./trie.ts";

/** A template, and its rules by method. */
interface Route {
  readonly template: Template;
  readonly rules: Map<string, Rule>;
}

/** What `*` means in `Allow`. */
const allMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** Methods for the path between client and proxy, not for an API. `*` does not include them. */
const connectionMethods: ReadonlySet<string> = new Set(["TRACE", "CONNECT"]);

/**
 * Creates the table that finds the rules of a request.
 *
 * 1. The most concrete templates that fit the path, and no others, say which methods it has. There are several
 *    if they differ in the names of parameters only, or if none is more concrete: then all of them must admit.
 * 2. A router that ignores case, or a slash at the end, may take the path for a more concrete one. That
 *    template must admit too.
 * 3. A rule of the file that requires or denies something holds for everything that fits its template, unless
 *    the file has a more concrete rule. The document cannot open what the file closes.
 *
 * @throws {CannotRun} A template that cannot be read, or has a parameter twice.
 */
export function createRouteTable(rules: readonly Rule[]): RouteTable {
  const { routes, effective } = readRoutes(rules);
  const trie = createTrie<Route>();
  for (const route of routes) trie.add(route.template, route);

  return {
    rules: effective,
    find(method, segments) {
      const fits = trie.fits(segments);
      const [only] = fits;
      if (only === undefined) return undefined;
      if (fits.length === 1) return only.isExact ? found(method, segments, [only.value], []) : undefined;
      const exact = fits.filter(({ isExact }) => isExact).map(({ value }) => value);
      const selected = mostConcrete(exact);
      return selected.length === 0
        ? undefined
        : found(method, segments, selected, othersToAdmit(method, fits, exact, selected));
    },
  };
}

function found(
  method: string,
  segments: readonly string[],
  selected: readonly Route[],
  others: readonly Route[],
): Found {
  const matches: Match[] = [];
  for (const route of selected) addMatch(route, method, segments, matches);
  if (matches.length === 0) {
    // What the file closes is not told either, and gets no preflight.
    if (others.some((route) => ruleFor(route, method)?.access === "denied")) return undefined;
    const allow = allowedMethods(selected);
    return allow.length === 0 ? undefined : { allow };
  }
  for (const route of others) addMatch(route, method, segments, matches);
  return { matches };
}

function addMatch(route: Route, method: string, segments: readonly string[], matches: Match[]): void {
  const rule = ruleFor(route, method);
  if (rule !== undefined) matches.push({ rule, params: paramsOf(route.template, segments) });
}

function ruleFor({ rules }: Route, method: string): Rule | undefined {
  const own = rules.get(method) ?? (method === "HEAD" ? rules.get("GET") : undefined);
  if (own !== undefined) return own;
  return connectionMethods.has(method) ? undefined : rules.get("*");
}

function mostConcrete(routes: readonly Route[]): readonly Route[] {
  return routes.filter(({ template }) => !routes.some((other) => isMore(other.template, template)));
}

function isMore(one: Template, other: Template): boolean {
  return isMoreConcrete(one.segments, other.segments);
}

/** The rules that must admit in addition to those of the selected templates. */
function othersToAdmit(
  method: string,
  fits: readonly Fit<Route>[],
  exact: readonly Route[],
  selected: readonly Route[],
): readonly Route[] {
  const others = new Set<Route>();
  const isWritten = selected.some(({ template }) =>
    template.segments.every(({ kind }) => kind === "literal"),
  );
  if (!isWritten) {
    const all = mostConcrete(fits.map(({ value }) => value));
    for (const route of all) if (!exact.includes(route)) others.add(route);
  }
  const ofFile = fits.filter(({ value }) => ruleFor(value, method)?.source === "file");
  for (const { value } of ofFile) {
    const { access } = ruleFor(value, method) as Rule;
    const isReplaced = ofFile.some((other) => other.isExact && isMore(other.value.template, value.template));
    if ((access === "required" || access === "denied") && !isReplaced && !selected.includes(value))
      others.add(value);
  }
  return [...others];
}

/** For the header `Allow`. HEAD follows GET. A denied method does not exist. */
function allowedMethods(routes: readonly Route[]): readonly string[] {
  const methods = new Set<string>();
  const isOpen = (route: Route, method: string) =>
    [undefined, "denied"].every((access) => ruleFor(route, method)?.access !== access);
  for (const route of routes) {
    const named = route.rules.has("*") ? allMethods : [];
    const withHead = route.rules.has("GET") ? ["HEAD"] : [];
    for (const method of [...route.rules.keys(), ...withHead, ...named])
      if (method !== "*" && isOpen(route, method)) methods.add(method);
  }
  return [...methods].sort();
}

/** The values of the parameters. One that could be read in two ways is left out: then no owner matches. */
function paramsOf({ segments: template }: Template, segments: readonly string[]): Match["params"] {
  const params: Record<string, string> = {};
  for (let index = 0; index < template.length; index++) {
    const segment = template[index] as Segment;
    if (segment.kind === "parameter") params[segment.name] = segments[index] as string;
    else if (segment.kind === "rest") params[segment.name] = segments.slice(index).join("/");
    else if (segment.kind === "partial") {
      const values = splitPartial(segments[index] as string, segment.literals) ?? [];
      for (const [place, name] of segment.names.entries()) {
        const value = values[place];
        if (value !== undefined) params[name] = value;
      }
    }
  }
  return params;
}

/** The rules by template. Of two rules for the same method and template, the file's holds. */
function readRoutes(rules: readonly Rule[]): { routes: Route[]; effective: Rule[] } {
  const routes = new Map<string, Route>();
  const effective = withoutReplaced(rules);
  for (const rule of effective) {
    const template = parseTemplate(rule.template);
    if ("fault" in template) throw new CannotRun(`${escapeLine(rule.template)} ${template.fault}.`);
    const route = routes.get(rule.template) ?? { template, rules: new Map() };
    routes.set(rule.template, route);
    route.rules.set(rule.method, rule);
  }
  return { routes: [...routes.values()], effective };
}

/**
 * A rule of the file for all methods replaces every rule of the document for its template, and one for GET
 * that for HEAD too.
 */
function withoutReplaced(rules: readonly Rule[]): Rule[] {
  const ofFile = new Set<string>();
  for (const { source, method, template } of rules)
    if (source === "file") ofFile.add(`${method} ${template}`);
  return rules.filter(({ source, method, template }) => {
    const replacing = [method, "*", ...(method === "HEAD" ? ["GET"] : [])];
    return source === "file" || !replacing.some((other) => ofFile.has(`${other} ${template}`));
  });
}
