/** A regular expression that is not linear-time, and why that is harmless. */
export interface Exception {
  readonly file: string;
  /** The literal in the code, or `new RegExp(…)` if the text is built at run time. */
  readonly text: string;
  /** The maximum length of its input in characters, which the code must enforce. At most 1000. */
  readonly longestInput: number;
  /** What limits the length. */
  readonly why: string;
}

/**
 * None: a loop over characters, `split`, `indexOf` or a narrower character class can replace most of them.
 */
export const exceptions: readonly Exception[] = [];
