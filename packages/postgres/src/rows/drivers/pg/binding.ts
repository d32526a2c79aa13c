import {
  beginStatement,
  bindStatement,
  bindValues,
  cleanStatements,
  resetStatements,
  rollbackStatement,
} from "../../binding/bind-statement.ts";
import type { BoundPrincipal } from "../../binding/principal.ts";
import type { CheckedRowsOptions } from "../../rows-options.ts";
import type { Part } from "./train.ts";

/** What the statements of one principal are sent with. */
export interface Binding {
  readonly begin: string;
  readonly bind: Part;
  /** Before the commit. */
  readonly resets: readonly Part[];
  readonly rollback: string;
  /** What a failed statement may leave. Empty: nothing. */
  readonly clean: string;
  readonly options: CheckedRowsOptions;
}

export function bindingOf(principal: BoundPrincipal, options: CheckedRowsOptions): Binding {
  return {
    begin: beginStatement,
    bind: { text: bindStatement, values: bindValues(principal, options) },
    resets: resetStatements(options).map((text) => ({ text })),
    rollback: rollbackStatement(options),
    clean: cleanStatements(options).join("; "),
    options,
  };
}
