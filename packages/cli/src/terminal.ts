import { styleText } from "node:util";

/** Environment variables, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a command reads from and writes to. Commands use nothing else, so that tests see all of their output.
 */
export interface Terminal {
  readonly environment: Environment;
  /** The current folder: where `.env` and `.data` are looked for. */
  readonly folder: string;
  readonly input: AsyncIterable<Uint8Array | string>;
  /** Whether something is piped into `input`. If not, reading it would wait for the keyboard. */
  readonly hasInput: boolean;
  /**
   * Asks for a password and hides what is typed. Undefined where nobody can answer.
   *
   * @returns undefined if the question was cancelled.
   */
  readonly askPassword?: ((question: string) => Promise<string | undefined>) | undefined;
  /** Standard output: only results, so that they can be piped. */
  readonly output: Sink;
  /** Standard error: progress and errors. */
  readonly errors: Sink;
}

/** A stream to write to. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Colours and styles. */
type Style = Parameters<typeof styleText>[0];

/** Styles text on a terminal, and returns it unchanged elsewhere. */
export type Paint = (style: Style, text: string) => string;

/** Whether to use colours: only on a terminal, and not if NO_COLOR is set (no-color.org). */
export function isColourful(sink: Sink, environment: Environment): boolean {
  return Boolean(sink.isTTY) && !environment.NO_COLOR && environment.TERM !== "dumb";
}

/** The {@link Paint} for a stream. */
export function painterFor(sink: Sink, environment: Environment): Paint {
  if (!isColourful(sink, environment)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
