import { basename } from "node:path";

/** A program with its arguments, for `spawn`. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * npm with these arguments, without a shell: below an npm script, the npm that runs it. `npm` by its name is
 * a batch file on Windows, which only a shell could start.
 */
export function npmCommand(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Command {
  const program = environment.npm_execpath;
  return program !== undefined && basename(program) === "npm-cli.js"
    ? { command: process.execPath, args: [program, ...args] }
    : { command: "npm", args };
}
