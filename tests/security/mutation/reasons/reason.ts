/** Why no test can tell these mutants from the code. */
export interface Reason {
  /** Below `packages/verify/src`. */
  readonly file: string;
  /** A part of the line on which they begin. */
  readonly line: string;
  /**
   * What stands in the place of some of that line, as the report shows it; several where one reason is good
   * for all.
   */
  readonly mutants: readonly string[];
  /** Ends without a full stop, as it stands in a table. */
  readonly reason: string;
}
