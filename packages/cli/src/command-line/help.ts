import { stripVTControlCharacters } from "node:util";
import { renderUsage } from "citty";
import { isColourful, painterFor, type Terminal } from "../terminal.ts";
import type { Command } from "./command.ts";

/** The text of `--help`: citty's usage and flags, the examples, and the exit codes. */
export async function helpFor(command: Command, program: string, terminal: Terminal): Promise<string> {
  const paint = painterFor(terminal.output, terminal.environment);
  const usage = await renderUsage(command, { meta: { name: program } });
  // citty writes aliases with a single dash, and does not check whether the output is a terminal.
  const text = isColourful(terminal.output, terminal.environment) ? usage : stripVTControlCharacters(usage);
  const lines = [
    aliasesOf(command).reduce((usual, alias) => usual.replace(` -${alias}, `, `--${alias}, `), text),
  ];
  if (command.examples !== undefined) {
    lines.push(paint(["underline", "bold"], "EXAMPLES"), "");
    for (const { line, effect } of command.examples)
      lines.push(`  ${effect}`, `    ${paint("cyan", line)}`, "");
  }
  const { exitCode1 = "something was found" } = command;
  lines.push(`Exit codes: 0 success, 1 ${exitCode1}, 2 could not run.`, "");
  return lines.join("\n");
}

/** The aliases of flags. */
function aliasesOf({ args = {} }: Command): string[] {
  return Object.values(args).flatMap((flag) => ("alias" in flag ? (flag.alias ?? []) : []));
}
