import type { Mutant } from "../report/mutants.ts";
import { accessReasons } from "./access.ts";
import { adapterReasons } from "./adapters.ts";
import { elysiaReasons } from "./elysia.ts";
import { expressKoaReasons } from "./express-koa.ts";
import { keyReasons } from "./keys.ts";
import type { Reason } from "./reason.ts";
import { revocationReasons } from "./revocations.ts";
import { tokenReasons } from "./tokens.ts";

/** The recorded reason of a mutant. */
export function reasonOf({ file, lineText, replacement }: Mutant): string | undefined {
  return reasons.find(
    (known) => known.file === file && lineText.includes(known.line) && known.mutants.includes(replacement),
  )?.reason;
}

/** A survivor without an entry here should be killed by a test. */
export const reasons: readonly Reason[] = [
  ...tokenReasons,
  ...keyReasons,
  ...revocationReasons,
  ...accessReasons,
  ...elysiaReasons,
  ...expressKoaReasons,
  ...adapterReasons,
];
