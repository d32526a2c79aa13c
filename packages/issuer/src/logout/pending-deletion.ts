import type { AuthContext } from "better-auth";

/** The row whose deletion is what ended. */
export interface Deletion {
  readonly model: "session" | "user";
  readonly id: string;
}

/**
 * Milliseconds after which a deletion that has not happened was refused. Hooks may take their time before
 * they agree.
 */
const refusedAfter = 60_000;

/** Milliseconds until the first look again. */
const soon = 250;

/** As text, for one column. */
export function writeDeletion({ model, id }: Deletion): string {
  return `${model}:${id}`;
}

/**
 * Whether what was written down before it happened has happened.
 *
 * Better Auth asks its hooks before it deletes, and any of them may refuse: those of plugins after this one,
 * and of the application, always come later. So a row that is still there is not told of; after a minute it
 * was never meant to go. A session that is kept for the record (`preserveSessionInDatabase`) has ended when
 * its time was made to end since.
 *
 * @param awaits - what {@link writeDeletion} wrote
 * @param age - milliseconds since it was written down
 * @returns `"done"`, `"refused"`, or after how many milliseconds to look again
 */
export async function outcomeOf(
  awaits: string,
  age: number,
  adapter: AuthContext["adapter"],
  now: number,
): Promise<"done" | "refused" | number> {
  const [model = ""] = awaits.split(":", 1);
  const id = awaits.slice(model.length + 1);
  const row = await adapter.findOne<{ expiresAt?: Date }>({ model, where: [{ field: "id", value: id }] });
  if (row === null) return "done";
  const end = row.expiresAt === undefined ? Number.NaN : new Date(row.expiresAt).getTime();
  if (end >= now - age && end <= now) return "done";
  return age >= refusedAfter ? "refused" : Math.max(soon, age);
}
