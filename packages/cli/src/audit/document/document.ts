import { parse } from "yaml";
import { CannotRun } from "../../command-line/command.ts";
import { isDeeperThan } from "./depth.ts";

/** Levels. The deepest documents in public use have some forty. */
const mostLevels = 200;

/** Any JSON value that has members. What an OpenAPI document is made of, before anything is known of it. */
export type Members = Readonly<Record<string, unknown>>;

/** An OpenAPI document, 3.0 or 3.1. Nothing beyond its version and the presence of paths is checked. */
export interface Document {
  readonly root: Members;
  /** As it was read: for the places of operations in it. */
  readonly text: string;
}

/**
 * Reads an OpenAPI document, in JSON or YAML.
 *
 * @throws {CannotRun} It is neither, or of another version; says which.
 */
export function parseDocument(text: string, name: string): Document {
  const root = parseAny(text, name);
  if (!isMembers(root)) throw new CannotRun(`${name} is no OpenAPI document: it holds no object.`);
  if (isDeeperThan(root, mostLevels)) {
    throw new CannotRun(
      `${name} is nested deeper than ${mostLevels} levels, or in itself: it cannot be read.`,
    );
  }
  if (root.swagger !== undefined) {
    throw new CannotRun(
      `${name} is Swagger 2.0. Convert it to OpenAPI 3 first, with swagger2openapi for example.`,
    );
  }
  const { openapi } = root;
  if (typeof openapi !== "string" || !/^3\.[01](?:\.|$)/.test(openapi)) {
    throw new CannotRun(
      `${name} is no OpenAPI 3.0 or 3.1 document: its \`openapi\` says nothing of the kind.`,
    );
  }
  if (!isMembers(root.paths) || Object.keys(root.paths).length === 0) {
    throw new CannotRun(`${name} has no paths: there is nothing to audit.`);
  }
  return { root, text };
}

function parseAny(text: string, name: string): unknown {
  if (text.trimStart().startsWith("<"))
    throw new CannotRun(`${name} is a web page, and no OpenAPI document.`);
  try {
    return text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text, { logLevel: "silent" });
  } catch {
    // The parsers' own messages quote the text.
    throw new CannotRun(`${name} is neither JSON nor YAML: it cannot be parsed.`);
  }
}

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of an object; none where it is something else. */
export function membersOf(value: unknown): Members {
  return isMembers(value) ? value : {};
}
