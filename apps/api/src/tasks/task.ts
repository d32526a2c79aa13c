import { z } from "zod";

/**
 * Text of `least` to `most` characters (code points, as JSON Schema counts them). Refuses what Postgres
 * cannot keep as it was sent: U+0000, and halves of a surrogate pair.
 */
function text(least: number, most: number, description: string, form = z.string()) {
  return form
    .refine(
      (value) => value.isWellFormed() && !value.includes("\0"),
      "must not contain U+0000 or lone surrogates",
    )
    .refine((value) => between(least, [...value].length, most), `must have ${least} to ${most} characters`)
    .meta({ minLength: least, maxLength: most, description });
}

function between(least: number, value: number, most: number): boolean {
  return least <= value && value <= most;
}

/** An object that takes no field but its own; the message names those, and not what was sent. */
function strictObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const fields = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys" ? `unknown field; the fields are: ${fields}` : undefined,
  });
}

const title = text(1, 200, "What is to be done. White space around it is removed first.", z.string().trim());
const notes = text(0, 2000, "Anything else about it.");
const instant = z.iso.datetime({ precision: 6 });

/** A task as clients see it. It does not say whose it is: that is in the path. */
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

/** What a new task is made of. */
export const newTask = strictObject({
  title,
  notes: notes.nullish().describe("Absent or null: the task has none."),
});
export type NewTask = z.infer<typeof newTask>;

/** All of a task that its owner can change. Replaces: what is absent takes its default, not what it was. */
export const taskReplacement = strictObject({
  title,
  notes: notes.nullish().describe("Absent or null: the task has none from now on."),
  completed: z.boolean().default(false).describe("Absent: the task is open from now on."),
});
export type TaskReplacement = z.infer<typeof taskReplacement>;

/** Whether a task is done. No body at all says the same as an empty one. */
export const completion = strictObject({
  completed: z.boolean().default(true).describe("false opens the task again."),
})
  .nullable()
  .transform((body) => body ?? { completed: true });

/** Which tasks a list has. */
export const taskFilter = z.strictObject({
  status: z.enum(["all", "open", "done"]).default("all").describe("Which tasks."),
  limit: z.coerce.number().int().min(1).max(100).default(50).describe("How many tasks at most."),
  cursor: z.string().optional().describe("The `nextCursor` of the page before, for the page after it."),
});

/** One page of a list, newest first. */
export const taskPage = z
  .object({
    tasks: z.array(task),
    nextCursor: z
      .string()
      .nullable()
      .describe("Give it as `cursor` to get the next page; null on the last one."),
  })
  .meta({ id: "TaskPage" });
export type TaskPage = z.infer<typeof taskPage>;
