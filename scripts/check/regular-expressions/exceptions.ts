/** A regular expression whose time may grow faster than its input, and why that does no harm. */
export interface Exception {
  readonly file: string;
  /** As a literal of the code; `new RegExp(…)` for one that is put together. */
  readonly text: string;
  /** The most characters that it is ever given; whoever adds an exception has seen to that. At most 1000. */
  readonly longestInput: number;
  /** What bounds them. */
  readonly why: string;
}

/** None so far: a loop over characters, `split`, `indexOf` or a narrower class have done every time. */
export const exceptions: readonly Exception[] = [];
