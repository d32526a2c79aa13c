import { isAlias, isNode, LineCounter, parseDocument, type Document as Yaml } from "yaml";
import { closest } from "../../command-line/did-you-mean.ts";
import { escapeLine } from "../../output/escape.ts";
import type { Faults } from "./faults.ts";
import { type SettingsFile, settingsSchema } from "./schema.ts";

const quoteAdvice = 'Inside { }, a path with parameters needs quotes: { path: "/users/{user_id}" }.';

/** A path in the file, such as `["routes", 0, "path"]`. */
export type Place = readonly PropertyKey[];

/** The file's content, and where each part of it is. */
export interface ParsedFile {
  readonly content: SettingsFile;
  /** For messages: `usher.gate.yaml, line 3, routes[0].path`. */
  at(place: Place): string;
}

/**
 * Parses `usher.gate.yaml`. Adds what is wrong to `faults`, and never what is written there: it may be a
 * secret in the wrong place.
 *
 * @returns undefined if there is a fault.
 */
export function parseSettingsFile(text: string, name: string, faults: Faults): ParsedFile | undefined {
  const counter = new LineCounter();
  const yaml = parseYaml(text, counter);
  const file = escapeLine(name);
  if (yaml === undefined) {
    faults.add(`${file} cannot be parsed.`);
    return undefined;
  }
  const [error] = yaml.errors;
  if (error !== undefined) {
    // The parser's own message quotes the text.
    const { line, col } = counter.linePos(error.pos[0]);
    faults.add(`${file}, line ${line}, column ${col}: not valid YAML (${error.code}). ${quoteAdvice}`);
    return undefined;
  }
  const at = (place: Place) => {
    const line = lineOf(yaml, place, counter);
    return [file, ...(line === undefined ? [] : [`line ${line}`]), pathOf(place)].filter(Boolean).join(", ");
  };
  const value = toValue(yaml);
  if (value === undefined) {
    faults.add(`${file} has an alias that cannot be resolved.`);
    return undefined;
  }
  const result = settingsSchema.safeParse(value ?? {});
  if (result.success) return { content: result.data, at };
  for (const issue of result.error.issues) for (const text of sayings(issue, at)) faults.add(text);
  return undefined;
}

type Issue = NonNullable<ReturnType<typeof settingsSchema.safeParse>["error"]>["issues"][number];

function sayings(issue: Issue, at: (place: Place) => string): string[] {
  if (issue.code !== "unrecognized_keys") return [`${at(issue.path)}: ${adviceOf(issue)}.`];
  const known = Object.keys(
    issue.path[0] === "routes" ? settingsSchema.shape.routes.unwrap().element.shape : settingsSchema.shape,
  );
  return issue.keys.map((key) => {
    const meant = closest(key, known);
    return `${at([...issue.path, key])}: there is no such setting.${meant === undefined ? "" : ` Did you mean ${meant}?`}`;
  });
}

/** zod's messages say what is expected, and the type of what is there, but not the value. */
function adviceOf(issue: Issue): string {
  if (issue.code !== "invalid_union") return issue.message.replace(/^Invalid (?:input|option): /, "");
  const expected = issue.errors.flat().map((one) => adviceOf(one).replace(/^expected |, received .*/g, ""));
  return `expected ${[...new Set(expected)].join(" or ")}`;
}

function parseYaml(text: string, counter: LineCounter): Yaml | undefined {
  try {
    // With "silent", a second document in the file would be ignored.
    return parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: "error" });
  } catch {
    // Nested too deeply.
    return undefined;
  }
}

/** Undefined: an alias of an anchor that is not there, or of too many. An empty file is null. */
function toValue(yaml: Yaml): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 100 }) ?? null;
  } catch {
    return undefined;
  }
}

/** The line of the place, or of what it is in. */
function lineOf(yaml: Yaml, place: Place, counter: LineCounter): number | undefined {
  for (let length = place.length; length >= 0; length--) {
    const node: unknown = length === 0 ? yaml.contents : yaml.getIn(place.slice(0, length), true);
    const start = isNode(node) && !isAlias(node) ? node.range?.[0] : undefined;
    if (start !== undefined) return counter.linePos(start).line;
  }
  return undefined;
}

/** A name that looks like anything else than a setting's is not repeated. */
function pathOf(place: Place): string {
  return place
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = /^[\w{}./-]{1,40}$/.test(String(part)) ? String(part) : "…";
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}
