import { AsyncLocalStorage } from "node:async_hooks";
import type { DriverAdapter } from "./driver-adapter.ts";
import type { Batches } from "./separate-batches.ts";

/** What belongs to one `rows.for(principal)`. Compared by identity. */
export interface Binding {
  /** Runs each statement, and each transaction that it starts, for the principal. */
  readonly adapter: () => DriverAdapter;
  /** Prisma joins `findUnique` calls of the same tick into one statement: those of this binding only. */
  readonly batches: Batches;
}

/** One call of a bound client's method. */
interface Operation {
  readonly binding: Binding;
  /**
   * Whether its one request is in the batches of the binding. Until then it runs no statement, because the
   * statement could be shared with another user.
   */
  isRequested: boolean;
}

/**
 * The operation of the current asynchronous context. It is entered right before Prisma's query engine.
 *
 * Code of the application that the engine calls runs in it too: listeners of `$on`, comment plugins, the
 * callback of an interactive transaction. It can request nothing with the operation, whose request is made.
 */
export type Operations = AsyncLocalStorage<Operation>;

/** One for each `prismaRows`: an operation on one database says nothing about another. */
export function createOperations(): Operations {
  return new AsyncLocalStorage();
}

/**
 * The batches that the current operation's request goes to. An operation makes one request: a second one is
 * of another client, which a listener called for example.
 */
export function batchesOfRequest(operations: Operations): Batches {
  const operation = operations.getStore();
  if (operation === undefined || operation.isRequested) return refuse();
  operation.isRequested = true;
  return operation.binding.batches;
}

/** The adapter that a statement outside an interactive transaction runs through. */
export function adapterOfStatement(operations: Operations): DriverAdapter {
  const operation = operations.getStore();
  if (operation?.isRequested !== true) return refuse();
  return operation.binding.adapter();
}

function refuse(): never {
  throw new Error("a query without a principal: run it on the client that rows.for(principal) returns");
}
