import type { Mutant } from "../report/mutants.ts";
import { adapterReasons } from "./adapters.ts";
import { keyReasons } from "./keys.ts";
import type { Reason } from "./reason.ts";
import { revocationReasons } from "./revocations.ts";
import { tokenReasons } from "./tokens.ts";

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
