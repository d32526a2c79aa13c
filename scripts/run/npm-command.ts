import { basename } from "node:path";

/** A program with its arguments, for `spawn`. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * The command for npm without a shell. In an npm script, the npm that runs it: on Windows, `npm` is a batch
 * file, which only a shell can start.
 */
export function npmCommand(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Command {
  const program = environment.npm_execpath;
  return program !== undefined && basename(program) === "npm-cli.js"
    ? { command: process.execPath, args: [program, ...args] }
    : { command: "npm", args };
}
