import {
  beginStatement,
  bindStatement,
  bindValues,
  endStatement,
  rollbackStatement,
} from "../../binding/bind-statement.ts";
import type { BoundPrincipal } from "../../binding/principal.ts";
import type { CheckedRowsOptions } from "../../rows-options.ts";
import type { KnownTexts } from "./known-texts.ts";
import { message, type Outcome } from "./message.ts";
import type { PostgresJsClient, Query } from "./shape.ts";

/** The type `text`. */
const textType = 25;

/** What the rows of all principals of a pool share. */
export interface SharedState {
  readonly sql: PostgresJsClient;
  readonly options: CheckedRowsOptions;
  readonly known: KnownTexts;
  /** See `commonParts`. */
  readonly common: object;
}

/** Makes the messages that begin and end the transactions of one principal. */
export class Binding implements SharedState {
  readonly sql: PostgresJsClient;
  readonly options: CheckedRowsOptions;
  readonly known: KnownTexts;
  readonly common: object;
  readonly #principal: BoundPrincipal;
  #values: readonly unknown[] | undefined;

  constructor({ sql, options, known, common }: SharedState, principal: BoundPrincipal) {
    this.sql = sql;
    this.options = options;
    this.known = known;
    this.common = common;
    this.#principal = principal;
  }

  /** @param modes Of the transaction, as after `begin`: checked by the caller. */
  begin(modes: string, outcome: Outcome): Query {
    const text = modes === "" ? beginStatement : `${beginStatement} ${modes}`;
    return message(this.sql, text, [], { isSimple: true }, outcome);
  }

  bind(outcome: Outcome): Query {
    this.#values ??= bindValues(this.#principal, this.options).map((value) =>
      this.sql.typed(value, textType),
    );
    const options = { isPrepared: true, areTypesKnown: true };
    return message(this.sql, bindStatement, [...this.#values], options, outcome);
  }

  end(outcome: Outcome): Query {
    return message(this.sql, endStatement(this.options), [], { isSimple: true }, outcome);
  }

  rollback(outcome: Outcome): Query {
    return message(this.sql, rollbackStatement(this.options), [], { isSimple: true }, outcome);
  }
}

/** Whether the answer to {@link Binding.end} says that Postgres has committed. */
export function isCommitted(answer: unknown): boolean {
  const { command } = answer as { command?: string };
  // Of several statements, each has its own result.
  return (command ?? (answer as { command?: string }[]).at(-1)?.command) === "COMMIT";
}
