import { type Expected, type HostileCase, isGuardCode } from "./cases/case.ts";

/** Why an app answers some cases otherwise than the table says, and how. */
export interface Habit {
  readonly why: string;
  /** By the cases' names. */
  readonly answers: Readonly<Record<string, Expected>>;
}

/**
 * A case as one app must answer it.
 *
 * @property mayBeOwn Whether her token may open Alice's own path to it at all: never where the table has the
 *   guard refuse.
 */
export interface AppliedCase extends HostileCase {
  readonly mayBeOwn: boolean;
}

/**
 * The table as an app with these habits must answer it.
 *
 * @throws {Error} A habit is about a case that there is not, or says what the table says anyway, or
 *   contradicts another.
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
