import type { Paint } from "../../terminal.ts";
import { checkIds, checks } from "../checks/checks.ts";
import { cellOf, legend } from "./cell.ts";
import type { AuditReport } from "./report.ts";

/** Operation × check. A check that was tried nowhere has no column. */
export function renderTable({ operations }: AuditReport, paint: Paint): string {
  const columns = checkIds.filter((check) =>
    operations.some(({ results }) => results.some(({ check: id, attempts }) => id === check && attempts > 0)),
  );
  const rows = operations.map(({ operation, results }) => ({
    label: operation.label,
    cells: columns.map((check) => {
      const result = results.find((candidate) => candidate.check === check);
      return result === undefined ? { text: "", style: "gray" as const } : cellOf(result);
    }),
  }));
  const widths = columns.map((check, index) =>
    Math.max(checks[check].heading.length, ...rows.map(({ cells }) => cells[index]?.text.length ?? 0)),
  );
  const width = Math.max("operation".length, ...rows.map(({ label }) => label.length));
  const head = [
    "operation".padEnd(width),
    ...columns.map((check, index) => checks[check].heading.padEnd(widths[index] ?? 0)),
  ];
  return [
    paint("bold", head.join("  ").trimEnd()),
    ...rows.map(({ label, cells }) => {
      const painted = cells.map(({ text, style }, index) => paint(style, text.padEnd(widths[index] ?? 0)));
      return [label.padEnd(width), ...painted].join("  ").trimEnd();
    }),
    paint("gray", legend),
    "",
  ].join("\n");
}
