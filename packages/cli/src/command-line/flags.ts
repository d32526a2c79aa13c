import type { ArgsDef } from "citty";
import { CannotRun } from "./command.ts";
import { closest } from "./did-you-mean.ts";

/**
 * Rejects what the parser ignores: unknown flags, flags without a value, and extra arguments. A mistyped flag
 * must not make a check weaker.
 *
 * @throws {CannotRun} The message names the flag and the closest known one, but never a value.
 */
export function checkFlags(given: readonly string[], definitions: ArgsDef): void {
  const flags = new Map(
    Object.entries(definitions)
      .filter(([, { type }]) => type !== "positional")
      .flatMap(([name, definition]) =>
        [name, ...aliasesOf(definition)].map((spelling) => [spelling, definition]),
      ),
  );
  let words = 0;
  for (let index = 0; index < given.length; index++) {
    const word = given[index] as string;
    if (word === "--") {
      words += given.length - index - 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") {
      words++;
      continue;
    }
    const [spelling = "", value] = word.replace(/^--?/, "").split(/=(.*)/s, 2);
    const definition = flags.get(spelling) ?? negated(spelling, flags);
    if (definition === undefined) throw unknownFlag(word.split("=", 1).join(), [...flags.keys()]);
    if (definition.type === "boolean") continue;
    if (value === undefined && isMissing(given[++index])) throw new CannotRun(`--${spelling} needs a value.`);
  }
  const places = Object.values(definitions).filter(({ type }) => type === "positional").length;
  if (words > places) {
    throw new CannotRun(
      places === 0
        ? "This command takes only flags. Pass tokens and secrets on standard input or in a file."
        : `This command takes ${places === 1 ? "one argument" : `${places} arguments`} in addition to its flags.`,
    );
  }
}

/**
 * Joins the values of a list's flag that is given several times: `--owner-param userId --owner-param
 * orgId=org`. The parser would take only the last one.
 */
export function joinRepeated(given: readonly string[], definitions: ArgsDef): string[] {
  const joined: string[] = [];
  const places = new Map<string, number>();
  for (let index = 0; index < given.length; index++) {
    const word = given[index] as string;
    if (word === "--") return [...joined, ...given.slice(index)];
    const [, name = "", inside] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (!isList(definitions, name)) {
      joined.push(word);
      continue;
    }
    const value = inside ?? given[++index] ?? "";
    const place = places.get(name);
    if (place !== undefined) joined[place] += `,${value}`;
    else places.set(name, joined.push(`--${name}=${value}`) - 1);
  }
  return joined;
}

/** Whether the flag takes a list: its hint says so. */
function isList(definitions: ArgsDef, name: string): boolean {
  const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
  const hint = definition !== undefined && "valueHint" in definition ? definition.valueHint : undefined;
  return hint?.endsWith(",…") === true;
}

type Definition = ArgsDef[string];

function aliasesOf(definition: Definition): readonly string[] {
  const alias = "alias" in definition ? definition.alias : undefined;
  return alias === undefined ? [] : typeof alias === "string" ? [alias] : alias;
}

/** The definition behind `--no-json`. */
function negated(spelling: string, flags: ReadonlyMap<unknown, unknown>): Definition | undefined {
  const definition = spelling.startsWith("no-") ? (flags.get(spelling.slice(3)) as Definition) : undefined;
  return definition?.type === "boolean" ? definition : undefined;
}

/** `-` alone is a value: standard input. */
function isMissing(value: string | undefined): boolean {
  return value === undefined || (value.startsWith("-") && value !== "-");
}

function unknownFlag(flag: string, known: readonly string[]): CannotRun {
  const meant = closest(flag.replace(/^--?/, ""), known);
  return new CannotRun(
    `There is no flag ${flag}.${meant === undefined ? " See --help." : ` Did you mean --${meant}?`}`,
  );
}
