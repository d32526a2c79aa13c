import { escapeLine } from "../output/escape.ts";
import { renderFindings } from "../output/findings.ts";
import type { Paint } from "../terminal.ts";
import type { Report } from "./doctor.ts";

/** The report for a person to read. */
export function renderReport({ findings, confirmed, chainWorks, notLookedAt }: Report, paint: Paint): string {
  const lines: string[] = [];
  if (findings.length > 0) {
    const likeliest = findings.length > 1 ? ", most likely cause first" : "";
    lines.push(paint("bold", `${findings.length} finding${findings.length > 1 ? "s" : ""}${likeliest}`), "");
    lines.push(renderFindings(findings, paint));
  } else if (chainWorks) {
    lines.push(
      paint(["bold", "green"], "✓ The chain works: the issuer's token is good, and the API lets it in."),
      "",
    );
  } else {
    lines.push(paint(["bold", "green"], "✓ No fault found in what was looked at."), "");
  }
  lines.push(...confirmed.map((line) => `${paint("green", "✓")} ${escapeLine(line)}`));
  lines.push(...notLookedAt.map((line) => paint("gray", `- not looked at: ${line}`)));
  return `${lines.join("\n")}\n`;
}
