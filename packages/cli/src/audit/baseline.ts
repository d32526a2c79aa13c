import { CannotRun } from "../command-line/command.ts";
import { type CheckId, checkIds } from "./checks/checks.ts";

/** What is known and accepted. */
export interface Baseline {
  /** Whether the operation is meant to be public. */
  isPublic(label: string): boolean;
  /** Whether a finding is accepted. */
  accepts(label: string, check: CheckId): boolean;
  /** The lines that were never asked for. */
  unused(): readonly string[];
}

/**
 * Reads a baseline: one operation a line, method and path as in the document. `GET /health` alone says that
 * it is public; `GET /reports/{id} other_object` accepts the findings of the checks named. What follows a `#`
 * is a comment.
 *
 * @throws {CannotRun} A line is neither; says which.
 */
export function parseBaseline(text: string, name: string): Baseline {
  const publicOperations = new Set<string>();
  const accepted = new Set<string>();
  const used = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const comment = line.search(/(?:^|\s)#/);
    const [method, path, ...ids] = (comment === -1 ? line : line.slice(0, comment)).trim().split(/\s+/);
    if (!method) continue;
    const unknown = ids.find((id) => !(checkIds as readonly string[]).includes(id));
    if (path === undefined || unknown !== undefined) {
      throw new CannotRun(
        `${name}, line ${index + 1}: want a method, a path and, if not all of it is public, checks out of ${checkIds.join(", ")}.`,
      );
    }
    const label = `${method.toUpperCase()} ${path}`;
    if (ids.length === 0) publicOperations.add(label);
    for (const id of ids) accepted.add(`${label} ${id}`);
  }
  const ask = (known: ReadonlySet<string>, entry: string) => {
    if (known.has(entry)) used.add(entry);
    return known.has(entry);
  };
  return {
    isPublic: (label) => ask(publicOperations, label),
    accepts: (label, check) => ask(accepted, `${label} ${check}`),
    unused: () => [...publicOperations, ...accepted].filter((entry) => !used.has(entry)),
  };
}
