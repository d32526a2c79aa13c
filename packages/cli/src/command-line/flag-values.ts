import { CannotRun } from "./command.ts";

/**
 * The number in a flag's value.
 *
 * @throws {CannotRun} It is not a number above 0.
 */
export function positiveNumber(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new CannotRun(`${flag} must be a number above 0.`);
  return value;
}

/** The comma-separated names in a flag's value. */
export function commaSeparated(text: string | undefined): string[] {
  return (text ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
}
