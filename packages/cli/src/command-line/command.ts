import type { ArgsDef, CommandDef, ParsedArgs } from "citty";
import type { Terminal } from "../terminal.ts";

/** 0: success. 1: something was found. 2: the command could not run; standard error says why. */
export type ExitCode = 0 | 1 | 2;

/** An example for the help. */
interface Example {
  readonly line: string;
  readonly effect: string;
}

/** A citty command with examples for `--help`. Its `run` gets a {@link Terminal} as `data`. */
export type Command = CommandDef & {
  readonly examples?: readonly Example[];
  /** What the exit code 1 means. Default: something was found. */
  readonly exitCode1?: string;
};

/** The parts of a command. */
export interface CommandParts<T extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly args: T;
  readonly examples: readonly Example[];
  /** What the exit code 1 means, for the help. Default: something was found. */
  readonly exitCode1?: string;
  /** @throws {CannotRun} The command cannot run; exit code 2. */
  run(args: ParsedArgs<T>, terminal: Terminal): Promise<ExitCode>;
}

/** Defines a command. Unknown flags and missing values are rejected before `run` is called. */
export function defineSubcommand<const T extends ArgsDef>(parts: CommandParts<T>): Command {
  const { name, description, args, examples, exitCode1, run } = parts;
  return {
    meta: { name, description },
    args,
    examples,
    ...(exitCode1 !== undefined && { exitCode1 }),
    run: ({ args: given, data }) => run(given as ParsedArgs<T>, data as Terminal),
  };
}

/**
 * Why a command cannot run, in one line that says what to do. Contains no token and no secret. Exit code 2.
 */
export class CannotRun extends Error {
  override readonly name = "CannotRun";
}
