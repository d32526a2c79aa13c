import { CannotRun } from "../command-line/command.ts";
import { type CheckId, checkIds } from "./checks/checks.ts";

/** The public operations and the accepted findings. */
export interface Baseline {
  /** Whether the operation is meant to be public. */
  isPublic(label: string): boolean;
  /** Whether a finding is accepted. */
  accepts(label: string, check: CheckId): boolean;
  /** The entries that matched nothing. */
  unused(): readonly string[];
}

/**
 * Parses a baseline: one operation per line, method and path as in the document. `GET /health` declares the
 * operation public; `GET /reports/{id} other_object` accepts the findings of the named checks. `#` starts a
 * comment.
 *
 * @throws {CannotRun} A line has another form.
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
        `${name}, line ${index + 1}: a line needs a method and a path, and optionally the names of checks: ${checkIds.join(", ")}.`,
      );
    }
    const label = `${method.toUpperCase()} ${path}`;
    if (ids.length === 0) publicOperations.add(label);
    for (const id of ids) accepted.add(`${label} ${id}`);
  }
  const lookUp = (known: ReadonlySet<string>, entry: string) => {
    if (known.has(entry)) used.add(entry);
    return known.has(entry);
  };
  return {
    isPublic: (label) => lookUp(publicOperations, label),
    accepts: (label, check) => lookUp(accepted, `${label} ${check}`),
    unused: () => [...publicOperations, ...accepted].filter((entry) => !used.has(entry)),
  };
}
