import { exceptionsInWords } from "../../openapi/stated-rules.ts";
import type { Paint } from "../../terminal.ts";
import { checkIds, checks } from "../checks/checks.ts";
import type { Result } from "../result.ts";
import type { AuditReport } from "./report.ts";

/** A row for each operation, a column for each check that sent something. */
export function renderTable({ operations }: AuditReport, paint: Paint): string {
  const columns = checkIds.filter((check) =>
    operations.some(({ results }) => results.some(({ check: id, attempts }) => id === check && attempts > 0)),
  );
  const rows = operations.map(({ operation, results }) => ({
    label: operation.label + (operation.stated.exceptions.length > 0 ? " *" : ""),
    cells: columns.map((check) => {
      const result = results.find((candidate) => candidate.check === check);
      return result === undefined ? { text: "", style: "gray" as const } : cellOf(result);
    }),
  }));
  const stated = operations.map(({ operation }) => operation.stated.exceptions);
  const exceptions = new Set(stated.filter((texts) => texts.length > 0).map(exceptionsInWords));
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
    ...[...exceptions].map((words) => paint("gray", `* ${words}`)),
    "",
  ].join("\n");
}

/** The text and colour of a cell. */
interface Cell {
  readonly text: string;
  readonly style: "green" | "red" | "yellow" | "gray";
}

/** A result as a mark, the status, `w` for `WWW-Authenticate` and `p` for a problem body. */
function cellOf({ verdict, severity, status, hasChallenge, hasProblem }: Result): Cell {
  if (verdict === "inapplicable") return { text: "", style: "gray" };
  if (verdict === "skipped") return { text: "-", style: "gray" };
  const flags = `${hasChallenge ? "w" : ""}${hasProblem ? "p" : ""}`;
  const says = `${status ?? "none"}${flags && ` ${flags}`}`;
  if (verdict === "passed") return { text: `✓ ${says}`, style: "green" };
  if (verdict === "accepted") return { text: `○ ${says}`, style: "gray" };
  if (verdict === "unclear") return { text: `? ${says}`, style: "yellow" };
  return { text: `✗ ${says}`, style: severity === "error" ? "red" : "yellow" };
}

const legend =
  "✓ passed  ✗ failed  ○ accepted  ? unclear  - not tried;  status, w: WWW-Authenticate, p: problem body";
