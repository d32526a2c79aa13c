import { PrismaPg } from "@prisma/adapter-pg";
import type { PrincipalPool } from "../drivers/pg/principal-pool.ts";
import { adapterPool } from "./adapter-pool.ts";
import type { DriverAdapter, PrismaPgAdapter } from "./driver-adapter.ts";
import { adapterOfStatement, type Operations } from "./operation.ts";

/** What `new PrismaClient({ adapter })` takes. */
export interface PrismaAdapter {
  readonly provider: "postgres";
  readonly adapterName: string;
  /** Called by Prisma before the first statement. Opens no connection. */
  connect(): Promise<DriverAdapter>;
}

/** The options of `new PrismaPg(pool, options)` that concern queries. */
export type PrismaPgOptions = Pick<
  NonNullable<ConstructorParameters<typeof PrismaPg>[1]>,
  "schema" | "userDefinedTypeParser" | "statementNameGenerator"
>;

/**
 * The adapter of a client: runs every statement through Prisma's adapter for `pg`, on the pool of the
 * principal whose operation it is.
 */
export class PrincipalAdapter implements PrismaAdapter {
  readonly provider = "postgres";
  readonly adapterName = "@usher-auth/postgres";
  readonly #operations: Operations;
  readonly #options: PrismaPgOptions;
  #template: PrismaPgAdapter | undefined;

  constructor(operations: Operations, options: PrismaPgOptions) {
    this.#operations = operations;
    this.#options = options;
  }

  async connect(): Promise<DriverAdapter> {
    const template = await new PrismaPg(noDatabase as never, this.#options).connect();
    this.#template = template;
    const current = () => adapterOfStatement(this.#operations);
    // Async, so that what is refused rejects.
    return {
      provider: this.provider,
      adapterName: this.adapterName,
      queryRaw: async (query) => current().queryRaw(query),
      executeRaw: async (query) => current().executeRaw(query),
      startTransaction: async (isolationLevel) => current().startTransaction(isolationLevel),
      executeScript: async () => {
        throw new Error("no script runs for a principal");
      },
      getConnectionInfo: () => template.getConnectionInfo(),
      // The pool belongs to the application.
      dispose: async () => {},
    };
  }

  /** Prisma's adapter on a principal's pool. */
  on(principalPool: PrincipalPool): DriverAdapter {
    const template = this.#template;
    if (template === undefined) throw new Error("Prisma Client is not connected");
    const pool = adapterPool(principalPool);
    // `new PrismaPg(pool)` would connect by itself, unbound: the pool is no pg.Pool of its `pg`.
    const adapter: PrismaPgAdapter = Object.create(template, { client: { value: pool } });
    if ((adapter.underlyingDriver() as object) !== pool) {
      throw new Error("this version of @prisma/adapter-pg is not supported");
    }
    return adapter;
  }
}

/** The settings of a pool that never connects: Prisma's adapter makes one for itself. */
const noDatabase = {
  Client: class {
    constructor() {
      throw new Error("a query without a principal");
    }
  },
};
