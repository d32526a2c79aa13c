/** Why no test can distinguish these mutants from the code. */
export interface Reason {
  /** Below `packages/verify/src`. */
  readonly file: string;
  /** Part of the line on which they begin. */
  readonly line: string;
  /** The mutated code, as the report shows it; several if they share the reason. */
  readonly mutants: readonly string[];
  /** Without a full stop, for a table cell. */
  readonly reason: string;
}

export const shortcut: string = "a shortcut, which only saves work";
