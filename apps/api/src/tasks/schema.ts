import { currentOwner, ownerPolicy } from "@usher-auth/postgres";
import { boolean, index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

/**
 * The tasks. `ownerId` is a Better Auth user id, an opaque string; it defaults to the principal of the
 * transaction, so that no query has to name it. Lengths are checked where a request is read (tasks/task.ts),
 * not here.
 */
export const tasks = pgTable(
  "tasks",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ownerId: text("owner_id").notNull().default(currentOwner),
    title: text("title").notNull(),
    notes: text("notes"),
    completed: boolean("completed").notNull().default(false),
    createdAt: timestamp("created_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
  },
  (table) => [
    // NULLS FIRST is what ORDER BY ... DESC means in Postgres; an index that says otherwise could not serve
    // it.
    index("tasks_owner_newest_first").on(
      table.ownerId,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    ownerPolicy(table.ownerId),
  ],
);
