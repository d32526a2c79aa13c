import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { applyChanges } from "./changes.ts";

/** A version of the program that a guide changes. */
export interface Stage {
  /** `before`, `step 1` and so on, `after`. */
  readonly name: string;
  readonly code: string;
}

/** A row of a table: its cells, without the spaces around them. */
export type Row = readonly string[];

const folder = fileURLToPath(new URL("../../../docs/guide", import.meta.url));

/**
 * The program of a guide, before and after each step. The blocks are marked: `step=before` and `step=after`
 * are whole programs, and a `diff` with `step=1` changes the program of the step before it. A last step that
 * makes the program after is only run once.
 *
 * @throws {Error} There is no such program, or a change does not fit.
 */
export function stagesOf(guide: string): Stage[] {
  let code: string | undefined;
  const stages = blocksOf(textOf(guide)).map(({ language, step, text }) => {
    code = language === "diff" && code !== undefined ? applyChanges(code, text) : text;
    return { name: /^\d+$/.test(step) ? `step ${step}` : step, code };
  });
  const [before, last, after] = [stages[0], stages.at(-2), stages.at(-1)];
  if (before?.name !== "before" || after?.name !== "after") throw new Error(`${guide}: no program`);
  return last?.code === after.code ? stages.toSpliced(-2, 1) : stages;
}

/** The header and the rows of the table below a heading. */
export function tableOf(guide: string, heading: string): Row[] {
  const [, section] = textOf(guide).split(`\n## ${heading}\n`);
  const lines = (section ?? "").split(/\n## /)[0]?.match(/^\|.*\|$/gm) ?? [];
  return lines.filter((_line, index) => index !== 1).map(cellsOf);
}

/** Rows as the lines of a table, which can be copied into the guide. */
export function rowsOf(rows: readonly (readonly string[])[]): string {
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The text of a guide. */
export function textOf(guide: string): string {
  return readFileSync(`${folder}/${guide}`, "utf8");
}

/** The marked blocks. One in a list is indented. */
function blocksOf(text: string): { language: string; step: string; text: string }[] {
  const block = /^( *)```(\w+)[^\n]*? step=(\w+)[^\n]*\n(.*?)^\1```$/gms;
  return [...text.matchAll(block)].map(([, indent = "", language = "", step = "", lines = ""]) => ({
    language,
    step,
    text: lines.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

function cellsOf(line: string): Row {
  return line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());
}
