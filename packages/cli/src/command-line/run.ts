import { type ArgsDef, runCommand } from "citty";
import { escapeControl } from "../output/escape.ts";
import { painterFor, type Terminal } from "../terminal.ts";
import { CannotRun, type Command, type ExitCode } from "./command.ts";
import { closest } from "./did-you-mean.ts";
import { checkFlags, joinRepeated } from "./flags.ts";
import { helpFor } from "./help.ts";

/** A command: its description in the overview, and its module, which is only loaded when it runs. */
interface Entry {
  readonly description: string;
  load(): Promise<{ readonly command: Command }>;
}

/** The program and its commands. */
export interface Program {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly entries: Readonly<Record<string, Entry>>;
}

/**
 * Runs the command that the arguments name. Errors go to standard error.
 *
 * @returns The exit code. Never throws.
 */
export async function runCommandLine(
  program: Program,
  words: readonly string[],
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    return await dispatch(program, words, terminal);
  } catch (error) {
    const paint = painterFor(terminal.errors, terminal.environment);
    terminal.errors.write(`${paint("red", `${program.name}:`)} ${reasonOf(error)}\n`);
    return 2;
  }
}

async function dispatch(program: Program, words: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = words;
  if (name === undefined || isHelp(name) || name === "help") {
    terminal.output.write(overview(program, terminal));
    return name === undefined ? 2 : 0;
  }
  if (name === "--version" || name === "-v") {
    terminal.output.write(`${program.version}\n`);
    return 0;
  }
  const entry = Object.hasOwn(program.entries, name) ? program.entries[name] : undefined;
  if (entry === undefined) throw unknownCommand(name, program);

  const { command } = await entry.load();
  if (rest.some(isHelp)) {
    terminal.output.write(await helpFor(command, program.name, terminal));
    return 0;
  }
  const definitions = (command.args ?? {}) as ArgsDef;
  checkFlags(rest, definitions);
  const { result } = await runCommand(command, { rawArgs: joinRepeated(rest, definitions), data: terminal });
  return result === 1 || result === 2 ? result : 0;
}

function isHelp(word: string): boolean {
  return word === "--help" || word === "-h";
}

function overview({ name, version, description, entries }: Program, terminal: Terminal): string {
  const paint = painterFor(terminal.output, terminal.environment);
  const width = Math.max(...Object.keys(entries).map((entry) => entry.length));
  return [
    `${description} (${name} ${version})`,
    "",
    `${paint(["underline", "bold"], "USAGE")} ${paint("cyan", `${name} <command> [flags]`)}`,
    "",
    ...Object.entries(entries).map(([entry, { description: says }]) => {
      return `  ${paint("cyan", entry.padEnd(width))}  ${says}`;
    }),
    "",
    `Use ${paint("cyan", `${name} <command> --help`)} for flags and examples.`,
    "",
  ].join("\n");
}

function unknownCommand(name: string, { name: program, entries }: Program): CannotRun {
  // The name is not repeated: it may be a token.
  const meant = closest(name, Object.keys(entries));
  const advice = meant === undefined ? `See ${program} --help.` : `Did you mean ${program} ${meant}?`;
  return new CannotRun(`There is no such command. ${advice}`);
}

/** One line without control characters: the message may quote a file, a URL or a database. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.split(/[\r\n]+/).map((line) => line.trim());
  return escapeControl(lines.filter((line) => line !== "").join(" "));
}
