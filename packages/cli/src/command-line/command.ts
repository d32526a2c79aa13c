import type { ArgsDef, CommandDef, ParsedArgs } from "citty";
import type { Terminal } from "../terminal.ts";

/** 0: fine. 1: something was found. 2: the command could not run; standard error says why. */
export type ExitCode = 0 | 1 | 2;

/** A line to type, and what it does. */
interface Example {
  readonly line: string;
  readonly effect: string;
}

/**
 * A citty command with the examples that `--help` ends with. Its `run` is given a {@link Terminal} as `data`.
 */
export type Command = CommandDef & { readonly examples?: readonly Example[] };

/** What a subcommand is made of. */
export interface CommandParts<T extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly args: T;
  readonly examples: readonly Example[];
  /** @throws {CannotRun} What was asked for cannot be done; exit code 2. */
  run(args: ParsedArgs<T>, terminal: Terminal): Promise<ExitCode>;
}

/** Makes a subcommand. Unknown flags and missing values have been refused before `run` is called. */
export function defineSubcommand<const T extends ArgsDef>(parts: CommandParts<T>): Command {
  const { name, description, args, examples, run } = parts;
  return {
    meta: { name, description },
    args,
    examples,
    run: ({ args: given, data }) => run(given as ParsedArgs<T>, data as Terminal),
  };
}

/** Why a command cannot run, in one line that says what to do. Holds no token and no secret. Exit code 2. */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}
