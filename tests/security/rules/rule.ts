/** A rule with its own test. */
export interface Rule {
  /** Short and stable, for the command line. */
  readonly id: string;
  /** The rule, which is also the title of its test. */
  readonly text: string;
  /** The code that implements it. Several places where each one is enough: all of them are removed. */
  readonly kept: readonly Place[];
  /** The package that has the code. Default: verify. */
  readonly package?: "client";
}

/** A piece of code, and the same piece without the rule. */
export type Place = readonly [
  /** Below `src` of the package. */
  file: string,
  /** Text that occurs exactly once in the file. */
  anchor: string,
  /** The replacement that breaks the rule. */
  without: string,
];

/** The path of a rule's file in the repository. */
export function pathOf(rule: Rule, file: string): string {
  return `packages/${rule.package ?? "verify"}/src/${file}`;
}
