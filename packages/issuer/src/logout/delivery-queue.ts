import { type AuthContext, type DBTransactionAdapter, getCurrentAdapter } from "better-auth";
import type { Clock } from "./clock.ts";
import type { Logout } from "./logout-claims.ts";
import { changeWait, exactInstant, isChange, subjectLists, writeChange } from "./membership-change.ts";
import { type Deletion, deletionOutcome, writeDeletion } from "./pending-deletion.ts";
import { sendDeadline } from "./send-logout-token.ts";

/**
 * The table of deliveries that backends have not acknowledged. It has no foreign keys: a row outlives its
 * user and its session.
 */
export const deliverySchema = {
  usherLogout: {
    fields: {
      endpoint: { type: "string", required: true },
      subject: { type: "string", required: true },
      /** The ids of several users as a JSON list, with an empty `subject`. Becomes a row for each. */
      subjects: { type: "string", required: false },
      session: { type: "string", required: false },
      /**
       * What must happen before this is sent: the deletion of a row ("session:<id>" or "user:<id>"), or the
       * end of a change of memberships ("change:<id>"). Empty when it has happened.
       */
      awaits: { type: "string", required: false },
      happenedAt: { type: "date", required: true },
      /** When the last token that this logout revokes has expired. */
      keepUntil: { type: "date", required: true },
      /** When to try next. During an attempt: when another process may take the delivery over. */
      dueAt: { type: "date", required: true, index: true },
      attempts: { type: "number", required: true },
    },
  },
} as const;

const model = "usherLogout" satisfies keyof typeof deliverySchema;

/** One logout to send to one backend. */
export interface Delivery {
  readonly id: string;
  readonly endpoint: string;
  readonly subject: string;
  readonly subjects: string | null;
  readonly session: string | null;
  readonly awaits: string | null;
  readonly happenedAt: Date;
  readonly keepUntil: Date;
  readonly dueAt: Date;
  readonly attempts: number;
}

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
  /** Reserves a delivery for one attempt. False when another process has reserved it. */
  claim(delivery: Delivery): Promise<boolean>;
  /**
   * Whether what the delivery depends on is done or was refused. A number when it is still pending: the
   * milliseconds after which to check again.
   */
  outcome(delivery: Delivery): Promise<"done" | "refused" | number>;
  /** Makes a delivery due again after some milliseconds. */
  postpone(delivery: Delivery, milliseconds: number): Promise<void>;
  remove(delivery: Delivery): Promise<void>;
  /** Deletes the deliveries whose tokens have all expired, and returns their number. */
  removeExpired(): Promise<number>;
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
    async expand({ id, attempts: _, subject: __, subjects, ...common }) {
      const users = JSON.parse(subjects ?? "[]") as string[];
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
    // `attempts` is the version of the row: only one process can increment it.
    claim: async ({ id, attempts }) =>
      (await adapter.updateMany({
        model,
        where: [
          { field: "id", value: id },
          { field: "attempts", value: attempts },
        ],
        update: { attempts: attempts + 1, dueAt: at(lease) },
      })) === 1,
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
    async postpone({ id }, milliseconds) {
      await adapter.updateMany({
        model,
        where: [{ field: "id", value: id }],
        update: { dueAt: at(milliseconds) },
      });
    },
    remove: ({ id }) => adapter.delete({ model, where: [{ field: "id", value: id }] }),
    removeExpired: () =>
      adapter.deleteMany({ model, where: [{ field: "keepUntil", operator: "lte", value: at(0) }] }),
  };
}
