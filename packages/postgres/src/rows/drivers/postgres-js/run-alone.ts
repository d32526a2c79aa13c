import { type Binding, isCommitted } from "./binding.ts";
import { forwardCancel } from "./cancel.ts";
import { Lease } from "./lease.ts";
import type { Query } from "./shape.ts";
import { readStatement, type Statement, statementMessage } from "./statement.ts";

/**
 * Runs one query in its own transaction, in one round trip: begin, binding, statement and commit are written
 * together. The answer waits for the commit.
 */
export function runAlone(binding: Binding, query: Query): void {
  try {
    const statement = readStatement(binding, query);
    query.active = true;
    send(binding, query, statement, true);
  } catch (error) {
    query.reject(error);
  }
}

function send(binding: Binding, query: Query, statement: Statement, mayRepeat: boolean): void {
  let answer: unknown;
  let failure: (Error & { isStale?: boolean }) | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const lease = new Lease(binding.sql, fail);
  const doubtful = { resolved: () => {}, rejected: (error: Error) => lease.destroy(error) };
  const sent = statementMessage(binding, query, statement, {
    resolved: (result) => {
      answer = result;
    },
    rejected: (error) => {
      failure = error;
    },
  });
  const end = binding.end({
    resolved: (ended) => {
      if (!isCommitted(ended)) failure ??= new Error("Postgres has rolled the statement back");
      finish();
    },
    rejected: (error) => {
      failure ??= error;
      queueMicrotask(rollBack);
    },
  });
  forwardCancel(query, sent);
  lease.open([binding.begin("", doubtful), binding.bind(doubtful), sent, end]);
  if (query.cursorFn !== undefined) {
    const { transactionTimeout } = binding.options;
    const late = new Error(`a cursor was open for more than ${transactionTimeout} ms`);
    timer = setTimeout(() => lease.destroy(late), transactionTimeout);
  }

  /** A commit that failed has ended the transaction. What comes before it has not. */
  function rollBack(): void {
    if (lease.isOpen) lease.send(binding.rollback({ resolved: finish, rejected: fail }));
    else finish();
  }

  function fail(error: Error): void {
    failure ??= error;
    finish();
  }

  function finish(): void {
    clearTimeout(timer);
    if (failure === undefined) query.resolve(answer);
    // A prepared statement that a migration has outdated. It is prepared again, once.
    else if (failure.isStale === true && mayRepeat) send(binding, query, statement, false);
    else query.reject(failure);
  }
}
