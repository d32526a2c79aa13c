/** Common names of a parameter that holds the user's id, in lower case and without separators. */
const usualNames: ReadonlySet<string> = new Set([
  "user",
  "userid",
  "uid",
  "owner",
  "ownerid",
  "sub",
  "subject",
]);

/** Segments after which `{id}` is a user's id. */
const userSegments: ReadonlySet<string> = new Set(["user", "users", "people"]);

/**
 * Whether a parameter holds the user's id: by its name, or by the segment before `{id}`.
 *
 * @param named The names given by `--owner-param`. If there are any, only these count.
 */
export function isOwnerParameter(name: string, path: string, named: readonly string[]): boolean {
  if (named.length > 0) return named.includes(name);
  if (isOwnerName(name)) return true;
  const segments = path.split("/");
  const before = segments[segments.indexOf(`{${name}}`) - 1];
  return normalizedName(name) === "id" && before !== undefined && userSegments.has(before.toLowerCase());
}

/** Whether a name usually holds a user's id. */
export function isOwnerName(name: string): boolean {
  return usualNames.has(normalizedName(name));
}

/** Lower case without separators: `user_id`, `userId` and `user-id` are one name. */
export function normalizedName(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, "");
}
