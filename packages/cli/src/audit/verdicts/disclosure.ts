import { isMembers } from "../document/document.ts";
import { type Answer, isSuccess } from "../http/answer.ts";

/**
 * What only one user's own answer holds: values under their keys that the other user's own answer does not
 * have. Times are left out, for they differ from one second to the next, and so is the user's id, which was
 * in the request.
 */
export function tracesOf(theirs: Answer, others: Answer | undefined, userId: string): ReadonlySet<string> {
  const common = new Set(others === undefined ? [] : valuesIn(others.json));
  return new Set(valuesIn(theirs.json, userId).filter((value) => !common.has(value)));
}

/** Whether an answer holds any of those. */
export function discloses(answer: Answer, traces: ReadonlySet<string>): boolean {
  return isSuccess(answer) && valuesIn(answer.json).some((value) => traces.has(value));
}

/**
 * Whether an answer looks like the operation's own: a success of the same kind, with the same keys at its
 * top.
 */
export function resembles(answer: Answer, own: Answer): boolean {
  return (
    isSuccess(answer) && answer.mediaType === own.mediaType && shapeOf(answer.json) === shapeOf(own.json)
  );
}

function shapeOf(value: unknown): string {
  return isMembers(value) ? Object.keys(value).sort().join() : Array.isArray(value) ? "[]" : typeof value;
}

/** Every text and number with its key; the members of a list have the key of the list. */
function valuesIn(value: unknown, except?: string, key = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => valuesIn(member, except, key));
  if (isMembers(value))
    return Object.entries(value).flatMap(([name, member]) => valuesIn(member, except, name));
  const isTelling = (typeof value === "string" && value !== "") || typeof value === "number";
  return isTelling && value !== except && !isTime(value) ? [`${key}=${value}`] : [];
}

/** RFC 3339, or seconds or milliseconds since 1970 in this half of the century. */
function isTime(value: string | number): boolean {
  if (typeof value === "string") return /^\d{4}-\d\d-\d\d(?:[T ]\d\d:|$)/.test(value);
  return (value > 1.5e9 && value < 2.6e9) || (value > 1.5e12 && value < 2.6e12);
}
