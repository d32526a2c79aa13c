import type { Found, Match, Rule } from "../../../../src/gate/policy/rule.ts";

/** What {@link allSplits} is for. */
type Params = Record<string, string>;

/** What a table should find, written as a definition: slow, and without any of the table's code. */
export function findNaively(all: readonly Rule[], method: string, segments: readonly string[]): Found {
  const rules = all.filter((one) => !all.some((other) => replaces(other, one)));
  const templates = [...new Set(rules.map(({ template }) => template))];
  const exact = templates.filter((template) => fits(template, segments));
  const alike = templates.filter((template) => spellings(segments).some((one) => fits(lower(template), one)));
  const winners = mostConcrete(exact);
  const of = (template: string) => ruleOf(rules, template, method);
  const matchesOf = (list: readonly string[]): Match[] =>
    [...new Set(list)].flatMap((template) => {
      const one = of(template);
      return one === undefined ? [] : [{ rule: one, params: paramsOf(template, segments) }];
    });

  if (winners.length === 0) return undefined;
  const isWritten = winners.some((template) => !template.includes("{"));
  const near = isWritten ? [] : mostConcrete(alike).filter((template) => !exact.includes(template));
  const closed = alike.filter((template) => {
    const one = of(template);
    if (one?.source !== "file" || one.access === "public" || one.access === "optional") return false;
    return !exact.some((other) => of(other)?.source === "file" && isMore(other, template));
  });
  if (matchesOf(winners).length === 0) {
    if ([...near, ...closed].some((template) => of(template)?.access === "denied")) return undefined;
    const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"].filter((candidate) =>
      winners.some((template) => {
        const one = ruleOf(rules, template, candidate);
        return one !== undefined && one.access !== "denied";
      }),
    );
    return methods.length === 0 ? undefined : { allow: methods };
  }
  return { matches: matchesOf([...winners, ...near, ...closed]) };
}

/** Every way to split a segment at literals, with at least one character between each two of them. */
export function allSplits(text: string, [first = "", ...others]: readonly string[]): string[][] {
  if (!text.startsWith(first)) return [];
  const rest = text.slice(first.length);
  if (others.length === 0) return rest === "" ? [[]] : [];
  const splits: string[][] = [];
  for (let length = 1; length <= rest.length; length++) {
    for (const split of allSplits(rest.slice(length), others)) splits.push([rest.slice(0, length), ...split]);
  }
  return splits;
}

function replaces(one: Rule, other: Rule): boolean {
  if (one.source !== "file" || other.source !== "document" || one.template !== other.template) return false;
  return (
    one.method === other.method || one.method === "*" || (one.method === "GET" && other.method === "HEAD")
  );
}

function ruleOf(rules: readonly Rule[], template: string, method: string): Rule | undefined {
  const of = (name: string) => rules.findLast((one) => one.template === template && one.method === name);
  return (
    of(method) ?? (method === "HEAD" ? of("GET") : undefined) ?? (method === "TRACE" ? undefined : of("*"))
  );
}

const partsOf = (template: string) => template.slice(1).split("/");
const literalsOf = (part: string) => part.split(/\{\w+\}/);

function fits(template: string, segments: readonly string[]): boolean {
  const parts = partsOf(template);
  if (parts.at(-1) === "{rest...}") {
    return (
      segments.length >= parts.length &&
      parts.slice(0, -1).every((part, index) => fitsOne(part, segments[index]))
    );
  }
  return segments.length === parts.length && parts.every((part, index) => fitsOne(part, segments[index]));
}

function fitsOne(part: string, segment = ""): boolean {
  return part.includes("{") ? allSplits(segment, literalsOf(part)).length > 0 : part === segment;
}

/** The path in lower case, with and without a slash at its end. */
function spellings(segments: readonly string[]): string[][] {
  const folded = segments.map((segment) => segment.toLowerCase());
  return folded.at(-1) === "" ? [folded, folded.slice(0, -1)] : [folded, [...folded, ""]];
}

function lower(template: string): string {
  return template.toLowerCase();
}

function mostConcrete(templates: readonly string[]): string[] {
  return templates.filter((template) => !templates.some((other) => isMore(other, template)));
}

function isMore(one: string, other: string): boolean {
  const [first, second] = [ranksOf(one, other), ranksOf(other, one)];
  return first.every((rank, index) => rank >= (second[index] as number)) && first.join() !== second.join();
}

/** As many ranks as the longer template has segments. */
function ranksOf(template: string, other: string): number[] {
  const parts = partsOf(template);
  const isOpen = parts.at(-1) === "{rest...}";
  return Array.from({ length: Math.max(parts.length, partsOf(other).length) }, (_, index) => {
    const part = parts[index] ?? (isOpen ? "{rest...}" : "");
    if (!part.includes("{")) return 3;
    if (part === "{rest...}") return 0;
    return /^\{\w+\}$/.test(part) ? 1 : 2;
  });
}

function paramsOf(template: string, segments: readonly string[]): Params {
  const params: Params = {};
  for (const [index, part] of partsOf(template).entries()) {
    if (part === "{rest...}") params.rest = segments.slice(index).join("/");
    else if (part.includes("{")) Object.assign(params, paramsOfPart(part, segments[index] ?? ""));
  }
  return params;
}

function paramsOfPart(part: string, segment: string): Params {
  const names = [...part.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
  const literals = literalsOf(part);
  const splits = allSplits(segment, literals);
  const places = (split: readonly string[], place: number) =>
    [...literals.slice(0, place + 1), ...split.slice(0, place)].join("").length;
  return Object.fromEntries(
    names.flatMap((name, place) => {
      const values = new Set(splits.map((split) => `${places(split, place)} ${split[place]}`));
      return values.size === 1 ? [[name, splits[0]?.[place] ?? ""]] : [];
    }),
  );
}
