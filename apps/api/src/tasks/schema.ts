import { currentUser, ownerPolicy } from "@usher-auth/postgres/drizzle";
import { boolean, index, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

/**
 * The table of tasks. `ownerId` is a Better Auth user id, an opaque string. It defaults to the principal, so
 * that no query names it. Lengths are checked in requests (task.ts), not here.
 */
export const tasks = pgTable(
  "tasks",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    ownerId: text("owner_id").notNull().default(currentUser()),
    title: text("title").notNull(),
    notes: text("notes"),
    completed: boolean("completed").notNull().default(false),
    createdAt: timestamp("created_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true, mode: "string" }).notNull().defaultNow(),
  },
  (table) => [
    // NULLS FIRST, as in `order by … desc`. Postgres could not use the index for that order otherwise.
    index("tasks_owner_newest_first").on(
      table.ownerId,
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
    ownerPolicy(table.ownerId),
  ],
);
