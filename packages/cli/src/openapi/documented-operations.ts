import { CannotRun } from "../command-line/command.ts";
import { escapeLine } from "../output/escape.ts";
import { isMembers, type Members, membersOf } from "./document.ts";
import { resolveReference } from "./reference.ts";

/** An operation as it is written. */
export interface DocumentedOperation {
  /** The documented path, with parameters in braces. */
  readonly path: string;
  /** In upper case: any method that a path item may have, TRACE included. */
  readonly method: string;
  /** What is stated for all operations of the path. */
  readonly item: Members;
  readonly operation: Members;
}

/** The fields of a path item that are operations. */
const methods = new Set(["get", "put", "post", "delete", "options", "head", "patch", "trace"]);

/**
 * Every operation, in the order of the document.
 *
 * @throws {CannotRun} A whole path is in another file: its operations would be skipped silently.
 */
export function documentedOperations(root: Members): DocumentedOperation[] {
  return Object.entries(membersOf(root.paths)).flatMap(([path, value]) => {
    const item = pathItem(path, value, root);
    return Object.entries(item).flatMap(([key, operation]) =>
      methods.has(key.toLowerCase()) && isMembers(operation)
        ? [{ path, method: key.toUpperCase(), item, operation }]
        : [],
    );
  });
}

/** The path item behind a reference, with the properties next to the reference. */
function pathItem(path: string, value: unknown, root: Members): Members {
  const item = resolveReference(value, root);
  if (item === undefined && isMembers(value)) {
    throw new CannotRun(
      `The path ${escapeLine(path)} is in another file. Bundle the document into one file first, for example with redocly bundle.`,
    );
  }
  return { ...item, ...membersOf(value) };
}
