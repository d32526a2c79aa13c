import { fstatSync } from "node:fs";
import { runCommandLine } from "./command-line/run.ts";
import { askPassword } from "./input/ask-password.ts";
import { program } from "./program.ts";

/** Whether something is piped in: not a keyboard and not /dev/null. */
function hasInput(): boolean {
  try {
    return !fstatSync(0).isCharacterDevice();
  } catch {
    // There is no standard input.
    return false;
  }
}

// The reader of the output may close it early.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

process.exitCode = await runCommandLine(program, process.argv.slice(2), {
  environment: process.env,
  folder: process.cwd(),
  input: process.stdin,
  hasInput: hasInput(),
  askPassword: process.stdin.isTTY && process.stderr.isTTY ? askPassword : undefined,
  output: process.stdout,
  errors: process.stderr,
});
// A name that is being looked up and a server that does not close its connection would keep the process
// alive.
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((flushed) => stream.write("", () => flushed()));
}
process.exit();
