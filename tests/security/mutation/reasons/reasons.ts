import type { Mutant } from "../report/mutants.ts";
import { adapterReasons } from "./adapters.ts";
import { keyReasons } from "./keys.ts";
import { revocationReasons } from "./revocations.ts";
import { tokenReasons } from "./tokens.ts";

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

/** The reason that is on record for a mutant. */
export function reasonOf({ file, lineText, replacement }: Mutant): string | undefined {
  return reasons.find(
    (known) => known.file === file && lineText.includes(known.line) && known.mutants.includes(replacement),
  )?.reason;
}

/** By file. A survivor that is not in here is one that a test ought to kill. */
export const reasons: readonly Reason[] = [
  ...tokenReasons,
  ...keyReasons,
  ...revocationReasons,
  ...adapterReasons,
];
