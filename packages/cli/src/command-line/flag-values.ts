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

/**
 * The http or https URL in a flag's value; undefined without one.
 *
 * @throws {CannotRun} It is not such a URL, or contains a user or a password.
 */
export function urlValue(text: string | undefined, flag: string): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (url?.protocol === "http:" || url?.protocol === "https:") {
    if (url.username === "" && url.password === "") return url;
    throw new CannotRun(`--${flag} must not contain credentials: they would be printed.`);
  }
  throw new CannotRun(`--${flag} must be an http:// or https:// URL, such as http://localhost:3000.`);
}
