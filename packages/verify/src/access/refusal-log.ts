import { authErrorCodes } from "../errors.ts";
import type { RequestRejected } from "../events/events.ts";
import { safeListener } from "../user-code/listener.ts";
import type { LoggedRefusal, RefusalLogger } from "./guard-host.ts";
import { refusalText } from "./refusal-text.ts";

/** Milliseconds in which one code is logged once. */
const interval = 1000;

const message = "request refused by usher";

/**
 * Logs refused requests, each code at most once a second: anyone can cause refusals, and nobody must be able to
 * fill a disk with them. Those in between are counted, and the next line of the code has their number. There is no
 * timer, which a Worker would not keep.
 *
 * @param log The application's function instead of the framework's logger; `false`: nothing is logged.
 */
export function createRefusalLog(
  log: ((refusal: LoggedRefusal) => unknown) | false | undefined,
): (refused: () => RequestRejected, code: string, logger: () => RefusalLogger | undefined) => void {
  if (log === false) return () => undefined;
  const lines = new Map<string, Line>();
  const write = safeListener(
    ({ refused, logger, line, held }: DueLine) => {
      const refusal = lineOf(refused(), held);
      if (log !== undefined) return log(refusal);
      const written = loggerOf(logger)(levelOf(refusal), message, refusal);
      // Another request may have a logger that writes it.
      if (written === false) {
        line.writtenAt = Number.NEGATIVE_INFINITY;
        line.held += held;
      }
      return written;
    },
    log === undefined ? "the logger" : "log",
  );

  return (refused, code, logger) => {
    // An error of another version may have a code that this one does not know, and there may be many.
    const kind = (authErrorCodes as readonly string[]).includes(code) ? code : "other";
    const line: Line = lines.get(kind) ?? { writtenAt: Number.NEGATIVE_INFINITY, held: 0 };
    lines.set(kind, line);
    const held = ++line.held;
    const now = performance.now();
    const passed = now - line.writtenAt;
    // The clock of a Worker may go back.
    if (passed >= 0 && passed < interval) return;
    // Before it is written: a logger may send a request to this guard.
    line.writtenAt = now;
    line.held = 0;
    write({ refused, logger, line, held });
  };
}

/** The lines of one code. */
interface Line {
  /** When the last one was written. */
  writtenAt: number;
  /** Refusals since then. */
  held: number;
}

interface DueLine {
  readonly refused: () => RequestRejected;
  readonly logger: () => RefusalLogger | undefined;
  readonly line: Line;
  readonly held: number;
}

function lineOf({ request: _, principal: __, ...facts }: RequestRejected, count: number): LoggedRefusal {
  return Object.freeze({ ...facts, count });
}

function levelOf({ status }: LoggedRefusal): "info" | "warn" {
  return status >= 500 ? "warn" : "info";
}

function loggerOf(find: () => RefusalLogger | undefined): RefusalLogger {
  try {
    return find() ?? toStandardError;
  } catch {
    return toStandardError;
  }
}

/** `console.warn` is standard error on every runtime with one, and the log of a Worker. */
const toStandardError: RefusalLogger = (_level, _message, refusal) => {
  console.warn(`usher: ${refusalText(refusal)}`);
};
