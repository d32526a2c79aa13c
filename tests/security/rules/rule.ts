/** A rule of the guard's that one test holds it to. */
export interface Rule {
  /** Short and stable, for the command line. */
  readonly id: string;
  /** What the rule says. The test that holds it has this very title. */
  readonly text: string;
  /**
   * What keeps it. More than one place where each alone would keep it: only without all of them the rule is
   * gone.
   */
  readonly kept: readonly Place[];
}

/** A piece of code, and the code that would stand there if nobody had thought of the rule. */
export type Place = readonly [
  /** Below `packages/verify/src`. */
  file: string,
  /** A text that occurs exactly once in the file. */
  anchor: string,
  /** What takes its place to break the rule. */
  without: string,
];
