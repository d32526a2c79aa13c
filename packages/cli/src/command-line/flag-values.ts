import { CannotRun } from "./command.ts";

/**
 * A number out of a flag.
 *
 * @throws {CannotRun} It is none, or not above 0.
 */
export function positiveNumber(text: string, flag: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new CannotRun(`${flag} takes a number above 0.`);
  return value;
}

/** Names that are separated by commas. */
export function commaSeparated(text: string | undefined): string[] {
  return (text ?? "").split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()]));
}
