import type { Output } from "./service.ts";

/** The launcher's own lines. */
export const say = {
  line: (text: string): void => write(process.stdout, "usher", text),
  error: (text: string): void => write(process.stderr, "usher", text),
};

/** The lines of a process, each with its name before it. */
export function serviceOutput(name: string): Output {
  return {
    line: (text) => write(process.stdout, name, text),
    errorLine: (text) => write(process.stderr, name, text),
  };
}

// A reader that went away (`npm start | head`) is no reason to leave two processes running unseen.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", () => process.kill(process.pid, "SIGTERM"));

/** C0 and C1 controls but the tab, and what reorders text: a process may quote what a request brought it. */
const unprintable = /(?!\t)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

function write(stream: NodeJS.WriteStream, name: string, text: string): void {
  stream.write(`${name.padEnd(5)} | ${text.replaceAll(unprintable, "")}\n`);
}
