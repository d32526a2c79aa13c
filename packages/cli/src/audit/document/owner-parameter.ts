/**
 * Names of a parameter that is the user's own id, as APIs commonly have them, without case and separators.
 */
const usualNames: ReadonlySet<string> = new Set([
  "user",
  "userid",
  "uid",
  "owner",
  "ownerid",
  "sub",
  "subject",
]);

/** Segments after which a mere `{id}` is a user's. */
const usersBefore: ReadonlySet<string> = new Set(["user", "users", "people"]);

/**
 * Whether a parameter is the user's own id, told by its name, or by the segment before a mere `{id}`.
 *
 * @param named The names that the caller gave, which then are the only ones.
 */
export function isOwnerParameter(name: string, path: string, named: readonly string[]): boolean {
  if (named.length > 0) return named.includes(name);
  if (usualNames.has(plain(name))) return true;
  const segments = path.split("/");
  const before = segments[segments.indexOf(`{${name}}`) - 1];
  return plain(name) === "id" && before !== undefined && usersBefore.has(before.toLowerCase());
}

/** Without case and separators: `user_id`, `userId` and `user-id` are one name. */
export function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]/g, "");
}
