import type { Output } from "./service.ts";

/** Prints a line of the launcher. */
export const say = {
  line: (text: string): void => write(process.stdout, "usher", text),
  error: (text: string): void => write(process.stderr, "usher", text),
};

/** Prints the lines of a process, each with its name as a prefix. */
export function serviceOutput(name: string): Output {
  return {
    line: (text) => write(process.stdout, name, text),
    errorLine: (text) => write(process.stderr, name, text),
  };
}

// When the reader ends (`npm start | head`), the processes stop too.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", () => process.kill(process.pid, "SIGTERM"));

/**
 * Control characters except the tab, and characters that reorder text. A process may print text from a
 * request.
 */
const unprintable = /(?!\t)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

function write(stream: NodeJS.WriteStream, name: string, text: string): void {
  stream.write(`${name.padEnd(5)} | ${text.replaceAll(unprintable, "")}\n`);
}
