/**
 * Milliseconds after which a change of memberships counts as made, if the process that made it never said so.
 * With transactions, the record is not visible before the change either. Without them, this is the time that
 * one write may take.
 */
export const changeWait = 10_000;

/**
 * Characters of a list of users in one row. Databases limit the length of a text, and a list becomes
 * deliveries in one go, for which a sign-out waits.
 */
const maxListLength = 2000;

const prefix = "change:";

/** As text, for the column `awaits`. */
export function writeChange(change: string): string {
  return `${prefix}${change}`;
}

/** Whether `awaits` names a change of memberships. */
export function isChange(awaits: string): boolean {
  return awaits.startsWith(prefix);
}

/**
 * A time with a fraction of a second: APIs take a time in whole seconds for that whole second, and would
 * refuse a token from just after the change.
 *
 * @param now - milliseconds since 1970
 */
export function exactInstant(now: number): Date {
  return new Date(now % 1000 === 0 ? now + 1 : now);
}

/** JSON lists of these users, each short enough for one row. */
export function subjectLists(users: readonly string[]): string[] {
  const lists: string[] = [];
  let current: string[] = [];
  let length = 2;
  for (const user of users) {
    const size = JSON.stringify(user).length + 1;
    if (length + size > maxListLength && current.length > 0) {
      lists.push(JSON.stringify(current));
      [current, length] = [[], 2];
    }
    current.push(user);
    length += size;
  }
  return current.length === 0 ? lists : [...lists, JSON.stringify(current)];
}

/** The users of a list in one row. */
export function usersOf(subjects: string | null): readonly string[] {
  return JSON.parse(subjects ?? "[]") as string[];
}
