import { and, desc, eq, type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";
import type { PrincipalRows } from "../db.ts";
import { type Cursor, writeCursor } from "./cursor.ts";
import { tasks } from "./schema.ts";
import type { NewTask, Task, TaskPage, TaskReplacement } from "./task.ts";

// No query names an owner: `rows` belongs to one principal, and row-level security hides all other rows.

const columns = {
  id: tasks.id,
  title: tasks.title,
  notes: tasks.notes,
  completed: tasks.completed,
  createdAt: instant(tasks.createdAt),
  updatedAt: instant(tasks.updatedAt),
};

/** RFC 3339 in UTC with microseconds, whatever the time zone of the session. */
function instant(column: AnyPgColumn): SQL<string> {
  return sql<string>`to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
}

/**
 * One page, newest first. Tasks with the same creation time are sorted by id, so that the order is stable.
 */
export async function listTasks(
  rows: PrincipalRows,
  filter: { status: "all" | "open" | "done"; limit: number; after: Cursor | undefined },
): Promise<TaskPage> {
  const found = await rows
    .select(columns)
    .from(tasks)
    .where(and(hasStatus(filter.status), isAfter(filter.after)))
    .orderBy(desc(tasks.createdAt), desc(tasks.id))
    .limit(filter.limit + 1);
  const page = found.slice(0, filter.limit);
  const last = page.at(-1);
  return { tasks: page, nextCursor: found.length > page.length && last ? writeCursor(last) : null };
}

function hasStatus(status: "all" | "open" | "done"): SQL | undefined {
  return status === "all" ? undefined : eq(tasks.completed, status === "done");
}

function isAfter(cursor: Cursor | undefined): SQL | undefined {
  if (cursor === undefined) return undefined;
  return sql`(${tasks.createdAt}, ${tasks.id}) < (${cursor.createdAt}::timestamptz, ${cursor.id}::uuid)`;
}

/** Adds a task, owned by the principal. */
export async function createTask(rows: PrincipalRows, { title, notes = null }: NewTask): Promise<Task> {
  const [created] = await rows.insert(tasks).values({ title, notes }).returning(columns);
  if (created === undefined) throw new Error("the database returned no row for an insert");
  return created;
}

/**
 * The task, or undefined if the principal has none with this id: it is missing, malformed, or another user's.
 */
export async function findTask(rows: PrincipalRows, id: string): Promise<Task | undefined> {
  const [found] = await rows.select(columns).from(tasks).where(hasId(id));
  return found;
}

/** The changed task, or undefined as in {@link findTask}. */
export async function replaceTask(
  rows: PrincipalRows,
  id: string,
  { title, notes = null, completed }: TaskReplacement,
): Promise<Task | undefined> {
  const [updated] = await rows
    .update(tasks)
    .set({ title, notes, completed, updatedAt: sql`now()` })
    .where(hasId(id))
    .returning(columns);
  return updated;
}

/** The changed task, or undefined as in {@link findTask}. */
export async function completeTask(
  rows: PrincipalRows,
  id: string,
  completed: boolean,
): Promise<Task | undefined> {
  const [updated] = await rows
    .update(tasks)
    .set({ completed, updatedAt: sql`now()` })
    .where(hasId(id))
    .returning(columns);
  return updated;
}

/** Whether the task existed. */
export async function deleteTask(rows: PrincipalRows, id: string): Promise<boolean> {
  const deleted = await rows.delete(tasks).where(hasId(id)).returning({ id: tasks.id });
  return deleted.length > 0;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Postgres would report an error for a malformed id. For a client, it is a task that does not exist. */
function hasId(id: string): SQL {
  return uuid.test(id) ? eq(tasks.id, id) : sql`false`;
}
