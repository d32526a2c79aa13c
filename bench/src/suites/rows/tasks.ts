import { desc } from "drizzle-orm";
import {
  boolean,
  type PgDatabase,
  type PgQueryResultHKT,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

const tasks = pgTable("tasks", {
  id: uuid("id"),
  title: text("title"),
  notes: text("notes"),
  completed: boolean("completed"),
  createdAt: timestamp("created_at", { mode: "string" }),
  updatedAt: timestamp("updated_at", { mode: "string" }),
});

/** The ten newest tasks that row-level security shows. */
export function newestTasks<Result extends PgQueryResultHKT>(rows: PgDatabase<Result>): PromiseLike<unknown> {
  return rows.select().from(tasks).orderBy(desc(tasks.createdAt), desc(tasks.id)).limit(10);
}
