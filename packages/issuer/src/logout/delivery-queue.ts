import { type AuthContext, getCurrentAdapter } from "better-auth";
import type { Clock } from "./clock.ts";
import type { Ended } from "./logout-claims.ts";
import { type Deletion, outcomeOf, writeDeletion } from "./pending-deletion.ts";
import { sendDeadline } from "./send-logout-token.ts";

/**
 * The table of what backends have not acknowledged. It refers to no user and no session: it outlives both.
 */
export const outboxSchema = {
  usherLogout: {
    fields: {
      endpoint: { type: "string", required: true },
      subject: { type: "string", required: true },
      session: { type: "string", required: false },
      /**
       * The row whose deletion this is about, as "session:…" or "user:…". Empty for what has already
       * happened.
       */
      awaits: { type: "string", required: false },
      happenedAt: { type: "date", required: true },
      /** When the last token that this ends has expired. */
      keepUntil: { type: "date", required: true },
      /** When to try next. While an attempt is under way: when to take it for lost. */
      dueAt: { type: "date", required: true, index: true },
      attempts: { type: "number", required: true },
    },
  },
} as const;

const model = "usherLogout" satisfies keyof typeof outboxSchema;

/** One backend's share of a sign-out. */
export interface Delivery {
  readonly id: string;
  readonly endpoint: string;
  readonly subject: string;
  readonly session: string | null;
  readonly awaits: string | null;
  readonly happenedAt: Date;
  readonly keepUntil: Date;
  readonly dueAt: Date;
  readonly attempts: number;
}

/** The deliveries in the auth database, shared by all processes that use it. */
export interface Outbox {
  /**
   * Writes down what ended, for every endpoint; within the transaction under way, where there is one.
   *
   * @param deletion - what it becomes true by, where that is yet to happen
   */
  record(ended: Ended, deletion?: Deletion): Promise<void>;
  /** The deliveries that are due, the longest first, and then those that will be. */
  next(endpoint: string, limit: number): Promise<readonly Delivery[]>;
  /** Takes a delivery for one attempt; false when another process was faster. */
  claim(delivery: Delivery): Promise<boolean>;
  /**
   * Whether what a delivery tells of has happened: `"refused"` when it will not, or after how many
   * milliseconds to ask again.
   */
  outcome(delivery: Delivery): Promise<"done" | "refused" | number>;
  /** Gives a claimed delivery back, to be tried again after so many milliseconds. */
  postpone(delivery: Delivery, milliseconds: number): Promise<void>;
  remove(delivery: Delivery): Promise<void>;
  /** Forgets the deliveries that can end nothing any more, and tells how many they were. */
  sweep(): Promise<number>;
}

/**
 * Milliseconds after which a claimed delivery is taken for lost, with its process: longer than an attempt
 * takes.
 */
const lease = sendDeadline + 1000;

/** @param keepFor - seconds for which a token made before the event may be accepted */
export function createOutbox(
  adapter: AuthContext["adapter"],
  endpoints: readonly string[],
  keepFor: number,
  clock: Clock,
): Outbox {
  const at = (milliseconds: number): Date => new Date(clock.now() + milliseconds);
  return {
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
          dueAt: now,
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
    // The count of attempts is the version of the row: of several processes, one changes it.
    claim: async ({ id, attempts }) =>
      (await adapter.updateMany({
        model,
        where: [
          { field: "id", value: id },
          { field: "attempts", value: attempts },
        ],
        update: { attempts: attempts + 1, dueAt: at(lease) },
      })) === 1,
    outcome: async ({ awaits, happenedAt }) =>
      awaits ? await outcomeOf(awaits, clock.now() - happenedAt.getTime(), adapter, clock.now()) : "done",
    async postpone({ id }, milliseconds) {
      await adapter.updateMany({
        model,
        where: [{ field: "id", value: id }],
        update: { dueAt: at(milliseconds) },
      });
    },
    remove: ({ id }) => adapter.delete({ model, where: [{ field: "id", value: id }] }),
    sweep: () =>
      adapter.deleteMany({ model, where: [{ field: "keepUntil", operator: "lte", value: at(0) }] }),
  };
}
