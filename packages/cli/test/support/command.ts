import { runCommandLine } from "../../src/command-line/run.ts";
import { program } from "../../src/program.ts";
import type { Environment } from "../../src/terminal.ts";

/** The result of a run of the command line. */
export interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command line in this process. */
export async function usher(
  words: readonly string[],
  options: {
    readonly input?: string | undefined;
    readonly environment?: Environment;
    /** The current folder. Default: one without a settings file. */
    readonly folder?: string;
    readonly isTTY?: boolean;
    /** What is typed when a password is asked for. Undefined: nobody is there. */
    readonly typed?: string | undefined;
  } = {},
): Promise<Run> {
  const { input, environment = {}, folder = "/nonexistent", isTTY = false, typed } = options;
  let output = "";
  let errors = "";
  const exitCode = await runCommandLine(program, words, {
    environment,
    folder,
    askPassword: typed === undefined ? undefined : async () => (typed === "^C" ? undefined : typed),
    hasInput: input !== undefined,
    input: (async function* () {
      if (input !== undefined) yield Buffer.from(input);
    })(),
    output: { isTTY, write: (text) => (output += text) },
    errors: { isTTY, write: (text) => (errors += text) },
  });
  return { exitCode, output, errors };
}
