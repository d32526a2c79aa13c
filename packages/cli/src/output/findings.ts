import type { Paint } from "../terminal.ts";
import { escapeLine } from "./escape.ts";

/** An error makes requests fail; a warning is a risk. */
type Severity = "error" | "warning";

/** A problem, and how to fix it. */
export interface Finding {
  /** Stable, for scripts. Lower case with underscores. */
  readonly id: string;
  readonly severity: Severity;
  /** The problem, in one sentence. */
  readonly title: string;
  /** The evidence. Contains no whole token and no secret. */
  readonly evidence: readonly string[];
  /** What to do: lines to paste if possible, otherwise a sentence. */
  readonly fix: readonly string[];
}

const marks: Readonly<Record<Severity, string>> = { error: "✗", warning: "!" };
const colours = { error: "red", warning: "yellow" } as const;

/** The findings as text, in the given order. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  return findings.map((finding, index) => renderFinding(finding, index + 1, paint)).join("\n");
}

function renderFinding(
  { id, severity, title, evidence, fix }: Finding,
  number: number,
  paint: Paint,
): string {
  return [
    `${paint(colours[severity], `${marks[severity]} ${number}. ${escapeLine(title)}`)} ${paint("gray", `[${id}]`)}`,
    ...evidence.map((line) => `     ${escapeLine(line)}`),
    ...fix.map((line, index) => `  ${index === 0 ? paint("green", "→") : " "}  ${escapeLine(line)}`),
    "",
  ].join("\n");
}
