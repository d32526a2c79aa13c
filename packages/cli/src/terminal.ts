import { styleText } from "node:util";

/** Variables of the surroundings, as `process.env` has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What a command reads from and writes to. Commands know no other way out, so that tests see all that they
 * say.
 */
export interface Terminal {
  readonly environment: Environment;
  readonly input: AsyncIterable<Uint8Array | string>;
  /** Whether something is piped into `input`. Where not, reading it would wait for a person to type. */
  readonly hasInput: boolean;
  /** Standard output: results, and nothing else, so that they can be piped on. */
  readonly output: Sink;
  /** Standard error: progress, and why a command could not run. */
  readonly errors: Sink;
}

/** Where text goes. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** How text may be set off. */
type Style = Parameters<typeof styleText>[0];

/** Sets text off on a terminal, and leaves it alone anywhere else. */
export type Paint = (style: Style, text: string) => string;

/**
 * Whether text may be coloured: only where a person looks at it, and never where NO_COLOR is set
 * (no-color.org).
 */
export function isColourful(sink: Sink, environment: Environment): boolean {
  return Boolean(sink.isTTY) && !environment.NO_COLOR && environment.TERM !== "dumb";
}

export function painterFor(sink: Sink, environment: Environment): Paint {
  if (!isColourful(sink, environment)) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
