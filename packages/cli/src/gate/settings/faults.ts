import { CannotRun } from "../../command-line/command.ts";

/** Everything that is wrong with the settings, to be said at once. */
export interface Faults {
  add(fault: string): void;
  /** Runs a check that throws, and keeps what it says. */
  try<Value>(check: () => Value): Value | undefined;
  isEmpty(): boolean;
  /** @throws {CannotRun} There are any. */
  throwIfAny(): void;
}

export function collectFaults(): Faults {
  const faults = new Set<string>();
  return {
    add: (fault) => void faults.add(fault),
    try(check) {
      try {
        return check();
      } catch (error) {
        if (!(error instanceof CannotRun)) throw error;
        faults.add(error.message);
        return undefined;
      }
    },
    isEmpty: () => faults.size === 0,
    throwIfAny() {
      if (faults.size > 0) throw new CannotRun([...faults].join("\n"));
    },
  };
}
