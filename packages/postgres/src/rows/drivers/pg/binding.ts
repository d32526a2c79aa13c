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
import type { Part } from "./batch.ts";
import { statementName } from "./statement-names.ts";

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

const bindName = statementName(bindStatement);

/** Everything but the values is the same for each principal. */
export function bindingFor(options: CheckedRowsOptions): (principal: BoundPrincipal) => Binding {
  const resets = resetStatements(options).map((text) => ({ text, name: statementName(text) }));
  const rollback = rollbackStatement(options);
  const clean = cleanStatements(options).join("; ");
  return (principal) => ({
    begin: beginStatement,
    bind: { text: bindStatement, name: bindName, values: bindValues(principal, options) },
    resets,
    rollback,
    clean,
    options,
  });
}
