import { type Expected, type HostileCase, isGuardCode } from "./cases/case.ts";

/** Cases that an app answers differently from the table, and why. */
export interface Habit {
  readonly why: string;
  /** By the name of the case. */
  readonly answers: Readonly<Record<string, Expected>>;
}

/**
 * A case with the expected answer of one app.
 *
 * @property mayBeOwn Whether the request may reach Alice's path with her token. Never if the guard must
 *   reject it.
 */
export interface AppliedCase extends HostileCase {
  readonly mayBeOwn: boolean;
}

/**
 * The table, with the expected answers of an app with these differences.
 *
 * @throws {Error} A habit names an unknown case, repeats the table, or contradicts another habit.
 */
export function withHabits(table: readonly HostileCase[], habits: readonly Habit[]): AppliedCase[] {
  const answers = new Map<string, Expected>();
  for (const { why, answers: own } of habits) {
    for (const [name, answer] of Object.entries(own)) {
      const expected = table.find((one) => one.name === name);
      if (expected === undefined) throw new Error(`no case is named "${name}": ${why}`);
      if (answers.has(name)) throw new Error(`two habits are about "${name}"`);
      if (String(answer.status) === String(expected.status) && answer.code === expected.code)
        throw new Error(`the table says as much of "${name}": ${why}`);
      answers.set(name, answer);
    }
  }
  return table.map((one) => ({ ...one, ...answers.get(one.name), mayBeOwn: !isGuardCode(one.code) }));
}
