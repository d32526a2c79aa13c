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
      /** `memberships` for a change of those. Empty: a session or a user. */
      kind: { type: "string", required: false },
      /** Why the last attempt failed, and when. */
      failure: { type: "string", required: false },
      failedAt: { type: "date", required: false },
    },
  },
} as const;

/** The name of the table, for Better Auth's adapter. */
export const deliveryModel: keyof typeof deliverySchema = "usherLogout";

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
  /** Absent, like the two below, in a table from before these columns. */
  readonly kind?: string | null;
  readonly failure?: string | null;
  readonly failedAt?: Date | null;
}
