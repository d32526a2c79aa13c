import { CannotRun } from "../../command-line/command.ts";
import { objectAt, skipSpace } from "./json-text.ts";

type Dependencies = Readonly<Record<string, string>>;

/** What `usher-auth init` reads of a package.json. */
export interface Manifest {
  readonly text: string;
  readonly type: string | undefined;
  readonly main: string | undefined;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Dependencies;
  readonly devDependencies: Dependencies;
  /** All of them, those of peers as well. */
  readonly all: Dependencies;
  readonly jest: unknown;
}

const byteOrderMark = "\uFEFF";

/**
 * Reads the text of a package.json.
 *
 * @throws {CannotRun} npm could not read it either, or two members have the same name: which of them counts
 *   would be a guess.
 */
export function readManifest(text: string): Manifest {
  const start = text.startsWith(byteOrderMark) ? 1 : 0;
  let value: unknown;
  try {
    value = JSON.parse(text.slice(start));
  } catch {
    const hint = text.split("\n").some((line) => /^\/[/*]/.test(line.trimStart()))
      ? " JSON has no comments: remove them."
      : "";
    throw new CannotRun(`package.json is not valid JSON.${hint} Nothing was changed.`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new CannotRun("package.json is not an object. Nothing was changed.");
  checkDuplicates(text, start);
  const fields = value as Record<string, unknown>;
  const dependencies = textsOf(fields, "dependencies");
  const devDependencies = textsOf(fields, "devDependencies");
  return {
    text,
    type: typeof fields.type === "string" ? fields.type : undefined,
    main: typeof fields.main === "string" ? fields.main : undefined,
    scripts: textsOf(fields, "scripts"),
    dependencies,
    devDependencies,
    all: { ...textsOf(fields, "peerDependencies"), ...devDependencies, ...dependencies },
    jest: fields.jest,
  };
}

const sections = ["scripts", "dependencies", "devDependencies", "peerDependencies"] as const;

function textsOf(fields: Record<string, unknown>, name: (typeof sections)[number]): Record<string, string> {
  const value = fields[name] ?? {};
  if (typeof value !== "object" || Array.isArray(value))
    throw new CannotRun(`package.json: ${name} is not an object. Nothing was changed.`);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function checkDuplicates(text: string, start: number): void {
  const root = objectAt(text, skipSpace(text, start));
  const inside = root.members.filter(({ key }) => (sections as readonly string[]).includes(key));
  for (const { members } of [root, ...inside.map(({ value }) => objectAt(text, value))]) {
    const keys = members.map(({ key }) => key);
    const twice = keys.find((key, index) => keys.indexOf(key) !== index);
    if (twice !== undefined)
      throw new CannotRun(
        `package.json has two members with the name ${JSON.stringify(twice)}. Remove one. Nothing was changed.`,
      );
  }
}

/** What to add to a package.json. */
export interface ManifestAdditions {
  /** Fields at the top, unless they are there already. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly scripts?: Dependencies;
  readonly dependencies?: Dependencies;
  readonly devDependencies?: Dependencies;
  /** Settings of Jest, which package.json has others of. */
  readonly jest?: Readonly<Record<string, unknown>>;
}

/** The text of a package.json with more members. Everything else stays as it is written. */
export function addToManifest(text: string, additions: ManifestAdditions): string {
  let result = text;
  for (const [name, value] of Object.entries(additions.fields ?? {})) {
    const root = objectAt(result, skipSpace(result, result.startsWith(byteOrderMark) ? 1 : 0));
    if (!root.members.some(({ key }) => key === name))
      result = insertMember(result, root, name, JSON.stringify(value));
  }
  for (const section of ["scripts", "dependencies", "devDependencies", "jest"] as const)
    for (const [name, value] of Object.entries(additions[section] ?? {}))
      result = setMember(result, section, name, value);
  return result;
}

function setMember(text: string, section: string, name: string, value: unknown): string {
  const root = objectAt(text, skipSpace(text, text.startsWith(byteOrderMark) ? 1 : 0));
  const found = root.members.find(({ key }) => key === section);
  if (found === undefined) {
    const { indent, lineEnding } = layoutOf(text);
    const content = `{${lineEnding}${indent}${indent}${entry(name, value)}${lineEnding}${indent}}`;
    return insertMember(text, root, section, content);
  }
  const object = objectAt(text, found.value);
  const present = object.members.find(({ key }) => key === name);
  if (present !== undefined)
    return text.slice(0, present.value) + JSON.stringify(value) + text.slice(present.end);
  return insertMember(text, object, name, JSON.stringify(value), /ependencies$/.test(section));
}

function insertMember(
  text: string,
  object: ReturnType<typeof objectAt>,
  key: string,
  value: string,
  isSorted = false,
): string {
  const member = `${JSON.stringify(key)}: ${value}`;
  const { members, start, end } = object;
  const last = members.at(-1);
  const next = isSorted ? members.find((other) => other.key > key) : undefined;
  if (next !== undefined) {
    const before = text.slice(0, next.start);
    const gap = spaceBefore(text, next.start);
    return `${before}${member},${gap === "" ? " " : gap}${text.slice(next.start)}`;
  }
  if (last !== undefined) {
    const gap = spaceBefore(text, last.start);
    return `${text.slice(0, last.end)},${gap === "" ? " " : gap}${member}${text.slice(last.end)}`;
  }
  const { indent, lineEnding } = layoutOf(text);
  const outer = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", start) + 1))?.[0] ?? "";
  return `${text.slice(0, start)}{${lineEnding}${outer}${indent}${member}${lineEnding}${outer}}${text.slice(end)}`;
}

/** The white space that ends at a position. */
function spaceBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && " \t\r\n".includes(text[start - 1] as string)) start--;
  return text.slice(start, end);
}

function entry(name: string, value: unknown): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
}

function layoutOf(text: string): { indent: string; lineEnding: string } {
  return {
    indent: /\n([ \t]+)"/.exec(text)?.[1] ?? "  ",
    lineEnding: text.includes("\r\n") ? "\r\n" : "\n",
  };
}
