import type { Paint } from "../terminal.ts";
import { escapeLine } from "./escape.ts";

/** An error keeps requests from being served; a warning will, or is a danger. */
type Severity = "error" | "warning";

/** Something that is wrong, and what to do about it. */
export interface Finding {
  /** Stable, for scripts: lower case and underscores. */
  readonly id: string;
  readonly severity: Severity;
  /** What is wrong, in one sentence. */
  readonly title: string;
  /** What shows that it is so. Holds no whole token and no secret. */
  readonly evidence: readonly string[];
  /** What to do: lines to paste where there are any, else one sentence. */
  readonly fix: readonly string[];
}

const marks: Readonly<Record<Severity, string>> = { error: "✗", warning: "!" };
const colours = { error: "red", warning: "yellow" } as const;

/** Findings for a person to read, in the order given. */
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
