import { isMembers } from "../document/document.ts";
import type { Operation } from "../document/operation.ts";
import { isOwnerName } from "../document/owner-parameter.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { listedIds } from "../objects/identifiers.ts";
import { distinctiveTexts, type Text } from "./disclosure.ts";

/** What identifies B's data in any answer. */
export interface Evidence {
  readonly userId: string;
  /** A random word in the free texts of objects that were created as B; undefined if none was. */
  readonly word: string | undefined;
  /** By the operation that lists it: the id of an object that was created as B. */
  readonly listed: ReadonlyMap<Operation, { readonly parameter: string; readonly id: string }>;
  /** Texts of B's answers that A's answers to the same operations do not contain. */
  readonly texts: readonly Text[];
}

/** How much of B's data an answer contains: an object of B's, or texts that may also be shared. */
export type Disclosure = "object" | "texts";

/** Looks for B's data in the answer to A's own request. */
export function disclosureIn(
  answer: Answer,
  operation: Operation,
  { userId, word, listed, texts }: Evidence,
): Disclosure | undefined {
  if (word !== undefined && answer.text.includes(word)) return "object";
  if (!isSuccess(answer)) return undefined;
  const created = listed.get(operation);
  if (created !== undefined && listedIds(answer, created.parameter).includes(created.id)) return "object";
  if (namesOwner(answer.json, userId)) return "object";
  // Not JSON, or one string: CSV for example.
  if (typeof answer.json !== "object")
    return texts.some(({ value }) => answer.text.includes(value)) ? "texts" : undefined;
  const found = new Set(distinctiveTexts(answer.json).map(({ key, value }) => `${key}=${value}`));
  return texts.some(({ key, value }) => found.has(`${key}=${value}`)) ? "texts" : undefined;
}

/**
 * Whether a refusal quotes B's data, under any key.
 *
 * @param sent The values of the request, which a refusal may repeat.
 */
export function quotesEvidence(answer: Answer, { word, texts }: Evidence, sent: readonly string[]): boolean {
  if (word !== undefined && answer.text.includes(word)) return true;
  const spoken = answer.json === undefined ? [answer.text] : stringsIn(answer.json);
  return texts.some(
    ({ value }) => !sent.some((one) => one.includes(value)) && spoken.some((text) => text.includes(value)),
  );
}

/** Whether an object has B's id in a property that names a user, such as `user_id`. */
export function namesOwner(value: unknown, userId: string): boolean {
  if (Array.isArray(value)) return value.some((member) => namesOwner(member, userId));
  if (!isMembers(value)) return false;
  return Object.entries(value).some(([key, member]) =>
    typeof member === "string" || typeof member === "number"
      ? isOwnerName(key) && String(member) === userId
      : namesOwner(member, userId),
  );
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
