import { parse } from "yaml";
import { CannotRun } from "../command-line/command.ts";
import { isDeeperThan } from "./depth.ts";

/** Levels of nesting. The deepest public documents have about forty. */
const mostLevels = 200;

/** A JSON object whose properties are not known yet. */
export type Members = Readonly<Record<string, unknown>>;

/** An OpenAPI 3.0 or 3.1 document. Only its version has been checked. */
export interface Document {
  readonly root: Members;
  /** The original text, to find the lines of operations. */
  readonly text: string;
}

/**
 * Parses an OpenAPI document in JSON or YAML.
 *
 * @throws {CannotRun} It is neither, or another version of OpenAPI.
 */
export function parseDocument(text: string, name: string): Document {
  const document = parseAnyPaths(text, name);
  if (Object.keys(membersOf(document.root.paths)).length === 0) {
    throw new CannotRun(`${name} has no paths, so there is nothing to audit.`);
  }
  return document;
}

/** Like {@link parseDocument}, for a document that may have no paths. */
export function parseAnyPaths(text: string, name: string): Document {
  const root = parseAny(text, name);
  if (!isMembers(root)) throw new CannotRun(`${name} is not an OpenAPI document: it contains no object.`);
  if (isDeeperThan(root, mostLevels)) {
    throw new CannotRun(
      `${name} cannot be read: it is nested deeper than ${mostLevels} levels, or contains itself.`,
    );
  }
  if (root.swagger !== undefined) {
    throw new CannotRun(
      `${name} is a Swagger 2.0 document. Convert it to OpenAPI 3 first, for example with swagger2openapi.`,
    );
  }
  const { openapi } = root;
  if (typeof openapi !== "string" || !/^3\.[01](?:\.|$)/.test(openapi)) {
    throw new CannotRun(
      `${name} is not an OpenAPI 3.0 or 3.1 document: its \`openapi\` field has another value.`,
    );
  }
  return { root, text };
}

/**
 * Errors are thrown: with `silent`, the parser would return what it understood of a text. `<<` merges a
 * mapping into another one, as in most parsers: an operation may have its `security` from there.
 */
const yamlOptions = { logLevel: "error", merge: true } as const;

function parseAny(text: string, name: string): unknown {
  if (text.trimStart().startsWith("<"))
    throw new CannotRun(`${name} is a web page, not an OpenAPI document.`);
  try {
    return text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text, yamlOptions);
  } catch {
    // The parsers' own messages quote the text.
    throw new CannotRun(`${name} cannot be parsed: it is neither JSON nor YAML.`);
  }
}

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The properties of an object; none if the value is not an object. */
export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}
