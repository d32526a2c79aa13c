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

/** A loop over characters, `split`, `indexOf` or a narrower character class can replace most of them. */
export const exceptions: readonly Exception[] = [
  {
    file: "packages/cli/src/init/project/jest-settings.ts",
    text: "new RegExp(…)",
    longestInput: 9,
    why: "it is a key of the project's own settings of Jest, and is tried on /index.js only",
  },
  {
    file: "packages/testing/src/expect-guarded/path-pattern.ts",
    text: "new RegExp(…)",
    longestInput: 36,
    why: "it is a constraint in a route of the app under test, and is tried on a fixed list of short examples",
  },
];
