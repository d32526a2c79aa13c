import { isMembers } from "../../openapi/document.ts";
import type { Operation } from "../../openapi/operation.ts";
import { isOwnerName, normalizedName } from "../../openapi/owner-parameter.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { listedIds } from "../objects/identifiers.ts";
import { distinctiveTexts, type Text } from "./disclosure.ts";

/** What identifies another user's data in any answer: B's, or C's. */
export interface Evidence {
  readonly userId: string;
  /** Other ids of the user that A does not have, such as the organization's, by the normalized key. */
  readonly owners: ReadonlyMap<string, string>;
  /** A random word in the free texts of objects that were created as the user; undefined if none was. */
  readonly word: string | undefined;
  /** By the operation that lists it: the id of an object that was created as the user. */
  readonly listed: ReadonlyMap<Operation, { readonly parameter: string; readonly id: string }>;
  /** Texts of the user's answers that A's answers to the same operations do not contain. */
  readonly texts: readonly Text[];
}

/** How much of the user's data an answer contains: an object of theirs, or texts that may also be shared. */
export type Disclosure = "object" | "texts";

/** Looks for the user's data in the answer to A's own request. */
export function disclosureIn(
  answer: Answer,
  operation: Operation,
  evidence: Evidence,
): Disclosure | undefined {
  const { word, listed, texts } = evidence;
  if (word !== undefined && answer.text.includes(word)) return "object";
  if (!isSuccess(answer)) return undefined;
  const created = listed.get(operation);
  if (created !== undefined && listedIds(answer, created.parameter).includes(created.id)) return "object";
  if (namesOwner(answer.json, evidence)) return "object";
  // Not JSON, or one string: CSV for example.
  if (typeof answer.json !== "object")
    return texts.some(({ value }) => answer.text.includes(value)) ? "texts" : undefined;
  const found = new Set(distinctiveTexts(answer.json).map(({ key, value }) => `${key}=${value}`));
  return texts.some(({ key, value }) => found.has(`${key}=${value}`)) ? "texts" : undefined;
}

/**
 * Whether a refusal quotes the user's data, under any key.
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

/** The ids by which an object names its owner. */
type Owner = Pick<Evidence, "userId" | "owners">;

/**
 * Whether an object has an id of the user's in a property that names an owner, such as `user_id`, or `orgId`
 * if that is an owner parameter.
 */
export function namesOwner(value: unknown, owner: Owner): boolean {
  if (Array.isArray(value)) return value.some((member) => namesOwner(member, owner));
  if (!isMembers(value)) return false;
  return Object.entries(value).some(([key, member]) =>
    typeof member === "string" || typeof member === "number"
      ? isId(key, String(member), owner)
      : namesOwner(member, owner),
  );
}

function isId(key: string, text: string, { userId, owners }: Owner): boolean {
  return (isOwnerName(key) && text === userId) || owners.get(normalizedName(key)) === text;
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}
