import { z } from "zod";

/**
 * Text of `least` to `most` characters (code points, as in JSON Schema). Rejects what Postgres cannot store:
 * U+0000, and halves of a surrogate pair.
 */
function text(least: number, most: number, description: string) {
  return z
    .string()
    .refine(
      (value) => value.isWellFormed() && !value.includes("\0"),
      "must not contain U+0000 or lone surrogates",
    )
    .refine((value) => between(least, [...value].length, most), {
      error: `must have ${least} to ${most} characters`,
      abort: true,
    })
    .meta({ minLength: least, maxLength: most, description });
}

function between(least: number, value: number, most: number): boolean {
  return least <= value && value <= most;
}

/** An object without other fields. The error lists the allowed fields, and does not repeat what was sent. */
function strictObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const fields = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `unknown field; the fields are: ${fields}` : undefined,
  });
}

/** Measured as it was sent, as the schema says, and then trimmed. */
const title = text(1, 200, "What to do. Leading and trailing white space counts, and is removed.")
  .trim()
  .refine((value) => value !== "", "must have 1 to 200 characters");
const notes = text(0, 2000, "Additional notes.");
const instant = z.iso.datetime({ precision: 6 });

/** A task as clients see it, without its owner, who is in the path. */
export const task = z
  .object({
    id: z.uuid(),
    title: z.string(),
    notes: z.string().nullable(),
    completed: z.boolean(),
    createdAt: instant.describe("RFC 3339, in UTC, to the microsecond."),
    updatedAt: instant.describe("RFC 3339, in UTC, to the microsecond."),
  })
  .meta({ id: "Task" });
export type Task = z.infer<typeof task>;

/** The body for a new task. */
export const newTask = strictObject({
  title,
  notes: notes.nullish().describe("Absent or null: no notes."),
});
export type NewTask = z.infer<typeof newTask>;

/** The body that replaces a task. A missing field gets its default, not its previous value. */
export const taskReplacement = strictObject({
  title,
  notes: notes.nullish().describe("Absent or null: removes the notes."),
  completed: z.boolean().default(false).describe("Absent: reopens the task."),
});
export type TaskReplacement = z.infer<typeof taskReplacement>;

/** The body that completes a task. A missing body is equivalent to an empty object. */
export const completion = strictObject({
  completed: z.boolean().default(true).describe("false: reopens the task."),
})
  .nullable()
  .transform((body) => body ?? { completed: true });

/** The query of a list. */
export const taskFilter = z.strictObject({
  status: z.enum(["all", "open", "done"]).default("all").describe("Which tasks."),
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("The most tasks in a page."),
  cursor: z.string().optional().describe("The `nextCursor` of the previous page."),
});

/** One page of a list, newest first. */
export const taskPage = z
  .object({
    tasks: z.array(task),
    nextCursor: z
      .string()
      .nullable()
      .describe("Pass it as `cursor` to get the next page. Null on the last page."),
  })
  .meta({ id: "TaskPage" });
export type TaskPage = z.infer<typeof taskPage>;
