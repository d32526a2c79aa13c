import { randomUUID } from "node:crypto";
import type { AuthContext, DBTransactionAdapter } from "better-auth";
import {
  concernsMembership,
  type ModelOf,
  type Writes,
  watchedModels,
  watchedWrites,
} from "./watched-writes.ts";

type Adapter = AuthContext["adapter"];

/** What is called when memberships change. */
export interface MembershipChanges {
  /** Stores that these users' memberships change, with the same adapter, before they do. */
  record(adapter: Writes, change: string, users: readonly string[]): Promise<void>;
  /**
   * The change is committed. Must not reject: the change cannot be taken back.
   *
   * @param users - all that were recorded, or none if the write failed and may have been rolled back
   */
  committed(change: string, users: readonly string[]): Promise<void>;
}

const writes = [
  "create",
  "update",
  "updateMany",
  "delete",
  "deleteMany",
  "consumeOne",
  "incrementOne",
] as const satisfies readonly (keyof Writes)[];

/**
 * Watches every write to memberships and to the active organization of sessions that goes through Better
 * Auth's adapter: its organization plugin, other plugins, and server code, inside and outside of
 * transactions. Better Auth has database hooks for its core tables only, and its organization hooks miss
 * writes by others.
 *
 * The adapter's methods are replaced in place, since plugins that were initialised before may keep it. A
 * write outside of a transaction gets one too, where the database has any: the change and its record
 * are committed together.
 */
export function watchMemberships(
  { adapter, tables }: Pick<AuthContext, "adapter" | "tables">,
  changes: MembershipChanges,
): void {
  const modelOf = watchedModels(tables);
  const own = bound(adapter);
  const { transaction } = adapter;
  const begin: Adapter["transaction"] = (work) => transaction.call(adapter, work) as never;

  async function inTransaction<Result>(
    work: (adapter: DBTransactionAdapter) => Promise<Result>,
    { isOneWrite = false } = {},
  ): Promise<Result> {
    const change = randomUUID();
    const users = new Set<string>();
    try {
      const result = await begin(async (given) => {
        users.clear();
        const isReal = (given as unknown) !== adapter;
        // Without real transactions each write is made at once, so each is a separate change.
        if (!isReal && !isOneWrite) return await work(given);
        const inner = isReal ? given : { ...given, ...own };
        return await work(
          watched(inner, modelOf, async (all) => {
            const news = all.filter((user) => !users.has(user));
            if (news.length === 0) return;
            await changes.record(inner, change, news);
            for (const user of news) users.add(user);
          }),
        );
      });
      if (users.size > 0) await changes.committed(change, [...users]);
      return result;
    } catch (error) {
      // Without a real transaction, a part of the write may stay.
      if (users.size > 0) await changes.committed(change, []);
      throw error;
    }
  }

  for (const method of writes) {
    const direct = own[method] as ((given: never) => Promise<unknown>) | undefined;
    if (direct === undefined) continue;
    const replaced = (given: never): Promise<unknown> =>
      concernsMembership(method, given, modelOf)
        ? inTransaction((inner) => (inner[method] as typeof direct & object)(given), { isOneWrite: true })
        : direct(given);
    Object.assign(adapter, { [method]: replaced });
  }
  adapter.transaction = ((work) => inTransaction(work)) as Adapter["transaction"];
}

/** The adapter of one transaction, which records before it writes. */
function watched(
  adapter: DBTransactionAdapter,
  modelOf: ModelOf,
  record: (users: readonly string[]) => Promise<void>,
): DBTransactionAdapter {
  const plain = { ...adapter, ...bound(adapter) };
  const recording = watchedWrites(plain, modelOf, record);
  const result: DBTransactionAdapter = { ...plain };
  for (const method of writes) {
    const [direct, watching] = [plain[method], recording[method]] as ((given: never) => Promise<unknown>)[];
    const chosen = (given: never): Promise<unknown> | undefined =>
      (concernsMembership(method, given, modelOf) ? watching : direct)?.(given);
    Object.assign(result, { [method]: chosen });
  }
  // A transaction inside of a transaction is the same one.
  Object.assign(result, { transaction: (work: (adapter: DBTransactionAdapter) => unknown) => work(result) });
  return result;
}

/** The adapter's methods, which can be called without it. */
function bound(
  adapter: DBTransactionAdapter,
): Pick<Writes, (typeof writes)[number] | "findMany" | "findOne" | "count"> {
  const names = [...writes, "findMany", "findOne", "count"] as const;
  // An adapter that was not made by Better Auth's factory may lack the newer ones.
  const methods = names.filter((name) => typeof adapter[name] === "function");
  return Object.fromEntries(
    methods.map((name) => [name, (adapter[name] as () => unknown).bind(adapter)]),
  ) as never;
}
