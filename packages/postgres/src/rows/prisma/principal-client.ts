import { AsyncLocalStorage } from "node:async_hooks";
import type { Binding, Operations } from "./operation.ts";

/** A generated client, also one with extensions. */
export interface AnyPrismaClient {
  // biome-ignore lint/suspicious/noExplicitAny: each generated client has its own types.
  readonly $extends: any;
  // biome-ignore lint/suspicious/noExplicitAny: each generated client has its own types.
  readonly $transaction: any;
}

/** Prisma's `$extends`, as far as it is used here. */
type Extend = (extension: {
  readonly query: {
    $allOperations(call: { args: unknown; query: (args: unknown) => PromiseLike<unknown> }): Promise<unknown>;
  };
  readonly client: Readonly<Record<string, unknown>>;
}) => unknown;

/** The methods of transactions and of queries stay. These concern the connection, or all principals. */
const refused = ["$connect", "$disconnect", "$extends"] as const;

/**
 * The application's client for one principal: the same models, raw queries and transactions, with the same
 * types.
 *
 * Without `$connect`, `$disconnect` and `$on`, which concern all principals, and without `$extends`: what
 * extends a client must be there before it is bound, so that no code runs between the binding and the
 * database.
 */
export type PrincipalClient<Client> = Omit<Client, (typeof refused)[number] | "$on" | "$use" | "$parent">;

/** Whose `$transaction([…])` collects operations in the current asynchronous context. */
const arrays = new AsyncLocalStorage<Binding>();

/** The client whose operations all run for the binding's principal. */
export function bindClient<Client extends AnyPrismaClient>(
  client: Client,
  operations: Operations,
  binding: Binding,
): PrincipalClient<Client> {
  const transaction: (input: unknown, options: unknown) => Promise<unknown> = client.$transaction;
  const extend: Extend = client.$extends.bind(client);
  return extend({
    query: {
      $allOperations({ args, query }) {
        const array = arrays.getStore();
        if (array !== undefined && array !== binding) {
          throw new Error("$transaction takes operations of the client that it is called on only");
        }
        // The last extension, so `query` is the query engine. It starts when `then` is called, not before.
        const run = async () => query(args).then((result) => result);
        return operations.run({ binding, isRequested: false }, run);
      },
    },
    client: {
      ...Object.fromEntries(refused.map((name) => [name, () => refuse(name)])),
      $transaction(input: unknown, options: unknown) {
        if (typeof input !== "function") {
          return arrays.run(binding, () => transaction.call(this, input, options));
        }
        // For the start. Prisma then finds the transaction by its id.
        return operations.run({ binding, isRequested: true }, () => transaction.call(this, input, options));
      },
    },
  }) as PrincipalClient<Client>;
}

function refuse(method: string): never {
  throw new Error(`${method} is not for a principal's client: call it on the client that it was made from`);
}
