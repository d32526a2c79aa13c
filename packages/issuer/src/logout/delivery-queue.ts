import { type AuthContext, type DBTransactionAdapter, getCurrentAdapter } from "better-auth";
import type { Clock } from "./clock.ts";
import { type Delivery, deliveryModel as model } from "./delivery-table.ts";
import type { Logout } from "./logout-claims.ts";
import {
  changeWait,
  exactInstant,
  isChange,
  subjectLists,
  usersOf,
  writeChange,
} from "./membership-change.ts";
import { type Deletion, deletionOutcome, writeDeletion } from "./pending-deletion.ts";
import { sendDeadline } from "./send-logout-token.ts";

/** The deliveries in Better Auth's database, shared by all processes that use it. */
export interface DeliveryQueue {
  /**
   * Adds a delivery for every endpoint, in the current transaction if there is one.
   *
   * @param deletion - the row about to be deleted, when the logout depends on that deletion
   */
  record(logout: Logout, deletion?: Deletion): Promise<void>;
  /**
   * Adds that memberships of these users are about to change, with the adapter that changes them. It is sent
   * after {@link settle}, or ten seconds later if that never comes.
   */
  recordChange(adapter: DBTransactionAdapter, change: string, users: readonly string[]): Promise<void>;
  /**
   * The change is committed: sets its time, which is the clock's now, or a millisecond later.
   *
   * @returns the time, and the number of deliveries that waited
   */
  settle(change: string): Promise<{ happenedAt: Date; count: number }>;
  /** Replaces a delivery for several users by one for each. */
  expand(delivery: Delivery): Promise<void>;
  /** The next deliveries of an endpoint, by due date. They may not be due yet. */
  next(endpoint: string, limit: number): Promise<readonly Delivery[]>;
  /** Reserves a delivery for one attempt, and returns it as it is then. Undefined when another process was first. */
  claim(delivery: Delivery): Promise<Delivery | undefined>;
  /**
   * Whether what the delivery depends on is done or was refused. A number when it is still pending: the
   * milliseconds after which to check again.
   */
  outcome(delivery: Delivery): Promise<"done" | "refused" | number>;
  /**
   * Makes a delivery due again after some milliseconds. False when another process has reserved or removed
   * it.
   *
   * @param failure - why an attempt failed, if there was one
   */
  postpone(delivery: Delivery, milliseconds: number, failure?: string): Promise<boolean>;
  /** Removes a delivery. False when another process has removed it. */
  remove(delivery: Delivery): Promise<boolean>;
  /** Deliveries whose tokens have all expired, of all endpoints, also of those no longer configured. */
  expired(limit: number): Promise<readonly Delivery[]>;
}

/** Milliseconds. Longer than the deliveries take when a large organization is deleted. */
const headStart = 3_600_000;

/** Milliseconds for which a claimed delivery is reserved. Longer than an attempt takes. */
const lease = sendDeadline + 1000;

/** @param keepFor - seconds for which a token issued before the logout may still be accepted */
export function createDeliveryQueue(
  adapter: AuthContext["adapter"],
  endpoints: readonly string[],
  keepFor: number,
  clock: Clock,
): DeliveryQueue {
  const at = (milliseconds: number): Date => new Date(clock.now() + milliseconds);

  /** One person's delivery goes before those of a change that concerns many. */
  const urgent = (): Date => at(-headStart);

  async function settleWhere(where: { field: string; value: string }[]): ReturnType<DeliveryQueue["settle"]> {
    const happenedAt = exactInstant(clock.now());
    const update = { awaits: null, happenedAt, keepUntil: at(keepFor * 1000) };
    const ofOne = [...where, { field: "subjects", value: null }];
    const single = await adapter.updateMany({ model, where: ofOne, update: { ...update, dueAt: urgent() } });
    const lists = await adapter.updateMany({ model, where, update: { ...update, dueAt: at(0) } });
    return { happenedAt, count: single + lists };
  }

  return {
    async recordChange(current, change, users) {
      // Always with `subjects`: without that column the change must fail, since its time could not be set.
      const rows =
        users.length === 1
          ? [{ subject: users[0], subjects: null }]
          : subjectLists(users).map((subjects) => ({ subject: "", subjects }));
      const common = {
        session: null,
        awaits: writeChange(change),
        kind: "memberships",
        happenedAt: at(0),
        keepUntil: at(keepFor * 1000),
        dueAt: at(changeWait),
        attempts: 0,
      };
      for (const endpoint of endpoints) {
        for (const row of rows) await current.create({ model, data: { endpoint, ...row, ...common } });
      }
    },
    settle: (change) => settleWhere([{ field: "awaits", value: writeChange(change) }]),
    async expand({ id, attempts: _, subject: __, failure: ___, failedAt: ____, subjects, ...common }) {
      const users = usersOf(subjects);
      await adapter.transaction(async (current) => {
        for (const subject of users)
          await current.create({
            model,
            data: { ...common, subject, subjects: null, attempts: 0, dueAt: at(0) },
          });
        // Last: without transactions, a crash in between sends some of them twice rather than never.
        await current.deleteMany({ model, where: [{ field: "id", value: id }] });
      });
    },
    async record({ subject, session = null }: { subject: string; session?: string | null }, deletion) {
      const current = await getCurrentAdapter(adapter);
      const [now, keepUntil] = [at(0), at(keepFor * 1000)];
      const awaits = deletion === undefined ? null : writeDeletion(deletion);
      for (const endpoint of endpoints) {
        const delivery = {
          endpoint,
          subject,
          session,
          awaits,
          happenedAt: now,
          keepUntil,
          dueAt: urgent(),
          attempts: 0,
        };
        await current.create({ model, data: delivery });
      }
    },
    next: (endpoint, limit) =>
      adapter.findMany<Delivery>({
        model,
        where: [
          { field: "endpoint", value: endpoint },
          { field: "keepUntil", operator: "gt", value: at(0) },
        ],
        sortBy: { field: "dueAt", direction: "asc" },
        limit,
      }),
    async claim(delivery) {
      const claimed = { attempts: delivery.attempts + 1, dueAt: at(lease) };
      const count = await adapter.updateMany({ model, where: asSeen(delivery), update: claimed });
      return count === 1 ? { ...delivery, ...claimed } : undefined;
    },
    async outcome({ id, awaits, happenedAt }) {
      if (!awaits) return "done";
      if (!isChange(awaits))
        return await deletionOutcome(awaits, clock.now() - happenedAt.getTime(), adapter, clock.now());
      // The process that made the change has ended before it could say when.
      await settleWhere([
        { field: "id", value: id },
        { field: "awaits", value: awaits },
      ]);
      return 0;
    },
    async postpone(delivery, milliseconds, failure) {
      const where = asSeen(delivery);
      const update = { dueAt: at(milliseconds) };
      if (failure !== undefined) {
        try {
          const failed = { ...update, failure, failedAt: at(0) };
          return (await adapter.updateMany({ model, where, update: failed })) === 1;
        } catch {
          // The table may be from before these columns. The delivery must not depend on them.
        }
      }
      return (await adapter.updateMany({ model, where, update })) === 1;
    },
    remove: async ({ id }) =>
      (await adapter.deleteMany({ model, where: [{ field: "id", value: id }] })) === 1,
    expired: (limit) =>
      adapter.findMany<Delivery>({
        model,
        where: [{ field: "keepUntil", operator: "lte", value: at(0) }],
        limit,
      }),
  };
}

/** The row, unless another process has claimed it since: `attempts` is its version. */
function asSeen({ id, attempts }: Delivery): { field: string; value: string | number }[] {
  return [
    { field: "id", value: id },
    { field: "attempts", value: attempts },
  ];
}
