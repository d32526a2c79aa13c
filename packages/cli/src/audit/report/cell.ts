import type { Result } from "./report.ts";

/** What a cell of the table says, and how it is coloured. */
export interface Cell {
  readonly text: string;
  readonly style: "green" | "red" | "yellow" | "gray";
}

/**
 * A result in a few characters: a mark, the status, `w` for `WWW-Authenticate` and `p` for a problem body.
 */
export function cellOf({ verdict, severity, status, hasChallenge, hasProblem }: Result): Cell {
  if (verdict === "inapplicable") return { text: "", style: "gray" };
  if (verdict === "skipped") return { text: "-", style: "gray" };
  const flags = `${hasChallenge ? "w" : ""}${hasProblem ? "p" : ""}`;
  const says = `${status ?? "none"}${flags && ` ${flags}`}`;
  if (verdict === "passed") return { text: `✓ ${says}`, style: "green" };
  if (verdict === "accepted") return { text: `○ ${says}`, style: "gray" };
  if (verdict === "unclear") return { text: `? ${says}`, style: "yellow" };
  return { text: `✗ ${says}`, style: severity === "error" ? "red" : "yellow" };
}

export const legend =
  "✓ holds  ✗ does not  ○ accepted  ? cannot be told  - not tried;  the status, w: WWW-Authenticate, p: problem body";
