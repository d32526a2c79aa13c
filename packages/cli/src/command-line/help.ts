import { stripVTControlCharacters } from "node:util";
import { renderUsage } from "citty";
import { isColourful, painterFor, type Terminal } from "../terminal.ts";
import type { Command } from "./command.ts";

/** The text of `--help`: usage and flags as citty writes them, examples, and the exit codes. */
export async function helpFor(command: Command, program: string, terminal: Terminal): Promise<string> {
  const paint = painterFor(terminal.output, terminal.environment);
  const usage = await renderUsage(command, { meta: { name: program } });
  // citty writes aliases for single letters, and colours by the environment alone; whether anybody sees it is
  // ours to know.
  const text = isColourful(terminal.output, terminal.environment) ? usage : stripVTControlCharacters(usage);
  const lines = [
    aliasesOf(command).reduce((usual, alias) => usual.replace(` -${alias}, `, `--${alias}, `), text),
  ];
  if (command.examples !== undefined) {
    lines.push(paint(["underline", "bold"], "EXAMPLES"), "");
    for (const { line, effect } of command.examples)
      lines.push(`  ${effect}`, `    ${paint("cyan", line)}`, "");
  }
  lines.push("Exit codes: 0 fine, 1 something was found, 2 could not run.", "");
  return lines.join("\n");
}

/** Other names of flags. */
function aliasesOf({ args = {} }: Command): string[] {
  return Object.values(args).flatMap((flag) => ("alias" in flag ? (flag.alias ?? []) : []));
}
