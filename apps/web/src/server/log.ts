/** From quiet to verbose. */
export const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

export type LogLevel = (typeof logLevels)[number];

export type Log = Record<"error" | "warn" | "info" | "debug", (message: string) => void>;

/**
 * C0 and C1 controls (escape sequences), bidirectional controls (Unicode Standard Annex #9) and line breaks.
 */
const unprintable = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Text quoted in a message cannot start a new line or control the terminal. */
function onOneLine(message: string): string {
  const lines = message
    .split(/[\r\n\u0085\u2028\u2029]/)
    .map((line) => line.replaceAll(unprintable, "").trim());
  return lines.filter((line) => line !== "").join(" ");
}

/**
 * Writes lines to stdout (info, debug) and stderr (warn, error), prefixed with the name of the process. Only
 * accepts text: the caller makes sure that it contains no token and no secret.
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
