import type { Finding } from "../output/findings.ts";

/**
 * `wrong`: something must be fixed. `unknown`: it could not be found out. `note`: worth reading, and no reason to
 * act.
 */
export type State = "ok" | "wrong" | "unknown" | "note";

/** One line of a section. Contains no token and no secret. */
export interface Line {
  readonly state: State;
  readonly text: string;
  /** What to do: lines to paste if possible, otherwise a sentence. */
  readonly fix: readonly string[];
}

/** One part of the system. */
export interface Section {
  readonly name: string;
  readonly lines: readonly Line[];
  /** The same for scripts, as JSON. Contains no token and no secret. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** A line. */
export function line(state: State, text: string, ...fix: string[]): Line {
  return { state, text, fix };
}

/** A finding of the doctor as a line, with its evidence. */
export function lineOf({ severity, title, evidence, fix }: Finding): Line {
  const text = evidence.length > 0 ? `${title.replace(/\.$/, "")}: ${evidence.join("; ")}` : title;
  return line(severity === "error" ? "wrong" : "note", text, ...fix);
}

/** The state of several lines: the worst, and `ok` if there is nothing to say. */
export function stateOf(lines: readonly Line[]): "ok" | "wrong" | "unknown" {
  if (lines.some(({ state }) => state === "wrong")) return "wrong";
  return lines.some(({ state }) => state === "unknown") ? "unknown" : "ok";
}
