import { isMembers } from "../../openapi/document.ts";
import { type Answer, isSuccess } from "../http/answer.ts";

/** A string in an answer, and its key. Items of a list have the key of the list. */
export interface Text {
  readonly key: string;
  readonly value: string;
}

/**
 * The values, with their keys, that only one user's own answer contains. Times are ignored because they
 * change from one request to the next, and the user's ids because the request contained them.
 */
export function exclusiveValues(
  theirs: Answer,
  others: readonly (Answer | undefined)[],
  ids: readonly string[],
): ReadonlySet<string> {
  const common = new Set(others.flatMap((other) => (other === undefined ? [] : valuesIn(other.json))));
  return new Set(valuesIn(theirs.json, ids).filter((value) => !common.has(value)));
}

/** Whether an answer contains any of these values. */
export function containsAny(answer: Answer, exclusive: ReadonlySet<string>): boolean {
  return isSuccess(answer) && valuesIn(answer.json).some((value) => exclusive.has(value));
}

/**
 * Whether an answer has the shape of the operation's own: a success, the same media type and top-level keys.
 */
export function hasSameShape(answer: Answer, own: Answer): boolean {
  return (
    isSuccess(answer) && answer.mediaType === own.mediaType && shapeOf(answer.json) === shapeOf(own.json)
  );
}

function shapeOf(value: unknown): string {
  return isMembers(value) ? Object.keys(value).sort().join() : Array.isArray(value) ? "[]" : typeof value;
}

/** Every string and number with its key. Items of a list have the key of the list. */
function valuesIn(value: unknown, except: readonly unknown[] = [], key = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => valuesIn(member, except, key));
  if (isMembers(value))
    return Object.entries(value).flatMap(([name, member]) => valuesIn(member, except, name));
  const isDistinctive = (typeof value === "string" && value !== "") || typeof value === "number";
  return isDistinctive && !except.includes(value) && !isTime(value) ? [`${key}=${value}`] : [];
}

/**
 * The strings that two users hardly have by chance, with their keys: long, and with a digit, a space or an @.
 * Times and names of states do not count.
 */
export function distinctiveTexts(value: unknown, key = ""): Text[] {
  if (Array.isArray(value)) return value.flatMap((member) => distinctiveTexts(member, key));
  if (isMembers(value))
    return Object.entries(value).flatMap(([name, member]) => distinctiveTexts(member, name));
  const isDistinctive =
    typeof value === "string" && value.length >= 10 && /[\d\s@]/.test(value) && !isTime(value);
  return isDistinctive ? [{ key, value }] : [];
}

/** An RFC 3339 time, or seconds or milliseconds since 1970 between 2017 and 2052. */
function isTime(value: string | number): boolean {
  if (typeof value === "string") return /^\d{4}-\d\d-\d\d(?:[T ]\d\d:|$)/.test(value);
  return (value > 1.5e9 && value < 2.6e9) || (value > 1.5e12 && value < 2.6e12);
}
