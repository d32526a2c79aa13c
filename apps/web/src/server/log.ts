/** From the quietest on. */
export const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

export type LogLevel = (typeof logLevels)[number];

export type Log = Record<"error" | "warn" | "info" | "debug", (message: string) => void>;

/**
 * C0 and C1 controls (escape sequences), what reorders text (Unicode Standard Annex #9), and ends of lines.
 */
const unprintable = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Whatever a message quotes, it cannot pass for a line of its own, nor speak to the terminal that shows it.
 */
function onOneLine(message: string): string {
  const lines = message
    .split(/[\r\n\u0085\u2028\u2029]/)
    .map((line) => line.replaceAll(unprintable, "").trim());
  return lines.filter((line) => line !== "").join(" ");
}

/**
 * Lines on stdout (info, debug) and stderr (warn, error), each with the name of the process before it. Takes
 * text only: whatever is logged has been put into words by somebody who knew that it holds no token and no
 * secret.
 */
export function createLog(level: LogLevel): Log {
  const line =
    (at: LogLevel, stream: NodeJS.WriteStream) =>
    (message: string): void => {
      if (logLevels.indexOf(at) <= logLevels.indexOf(level)) stream.write(`web ${onOneLine(message)}\n`);
    };
  return {
    error: line("error", process.stderr),
    warn: line("warn", process.stderr),
    info: line("info", process.stdout),
    debug: line("debug", process.stdout),
  };
}
