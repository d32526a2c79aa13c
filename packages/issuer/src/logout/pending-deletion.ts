import type { AuthContext } from "better-auth";

/** The row whose deletion ends a session or all sessions of a user. */
export interface Deletion {
  readonly model: "session" | "user";
  readonly id: string;
}

/** Milliseconds after which a deletion that has not happened counts as refused. Hooks can take a while. */
const refusedAfter = 60_000;

/** Milliseconds until the first check. */
const firstCheck = 250;

/** As text, for one column. */
export function writeDeletion({ model, id }: Deletion): string {
  return `${model}:${id}`;
}

/**
 * Whether a deletion that was about to happen did happen.
 *
 * Better Auth calls its hooks before it deletes, and any later hook (of the application, or of a plugin after
 * this one) can refuse. So while the row exists, the logout is not sent, and after a minute the deletion
 * counts as refused. A session that is kept as a record (`preserveSessionInDatabase`) has ended when its
 * `expiresAt` has been moved to a time since then.
 *
 * @param awaits - what {@link writeDeletion} returned
 * @param age - milliseconds since it was recorded
 * @returns `"done"`, `"refused"`, or the milliseconds after which to check again
 */
export async function deletionOutcome(
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
  return age >= refusedAfter ? "refused" : Math.max(firstCheck, age);
}
