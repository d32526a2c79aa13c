import { escapeLine } from "../output/escape.ts";
import { renderFindings } from "../output/findings.ts";
import type { Paint } from "../terminal.ts";
import type { Report } from "./doctor.ts";

/** The report as text. */
export function renderReport({ findings, confirmed, chainWorks, notLookedAt }: Report, paint: Paint): string {
  const lines: string[] = [];
  if (findings.length > 0) {
    const likeliest = findings.length > 1 ? ", most likely cause first" : "";
    lines.push(paint("bold", `${findings.length} finding${findings.length > 1 ? "s" : ""}${likeliest}`), "");
    lines.push(renderFindings(findings, paint));
  } else if (chainWorks) {
    lines.push(
      paint(
        ["bold", "green"],
        "✓ Everything works: the issuer signs valid tokens, and the API accepts them.",
      ),
      "",
    );
  } else {
    lines.push(paint(["bold", "green"], "✓ No problem found."), "");
  }
  lines.push(...confirmed.map((line) => `${paint("green", "✓")} ${escapeLine(line)}`));
  lines.push(...notLookedAt.map((line) => paint("gray", `- not checked: ${line}`)));
  return `${lines.join("\n")}\n`;
}
