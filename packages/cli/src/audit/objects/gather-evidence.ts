import { randomBytes } from "node:crypto";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { isSafe, type Operation } from "../document/operation.ts";
import { isSuccess } from "../http/answer.ts";
import { distinctiveTexts, type Text } from "../verdicts/disclosure.ts";
import type { Evidence } from "../verdicts/evidence.ts";
import { collectionOf, removerOf } from "./collection.ts";
import { createdId } from "./identifiers.ts";

/**
 * Reads every operation as both users, and keeps what only B gets. With `writes`, it creates an object as B
 * in each collection from which it can delete it again, with a random word in every free text.
 */
export async function gatherEvidence(api: AuditedApi, writes: boolean): Promise<Evidence> {
  const word = `audit${randomBytes(6).toString("hex")}`;
  const created = writes ? await createAsB(api, word) : new Map<Operation, string | undefined>();
  const texts = new Map<string, Text>();
  for (const operation of api.operations) {
    if (!isSafe(operation.method) || operation.isPublic) continue;
    for (const text of await textsOnlyOfB(operation, api)) texts.set(`${text.key}=${text.value}`, text);
  }
  return {
    userId: api.users.b.id,
    word: created.size > 0 ? word : undefined,
    listed: new Map([...created].flatMap(([creator, id]) => listedBy(creator, id, api))),
    texts: [...texts.values()],
  };
}

async function createAsB(api: AuditedApi, word: string): Promise<Map<Operation, string | undefined>> {
  const { b } = api.users;
  const created = new Map<Operation, string | undefined>();
  for (const operation of api.operations) {
    const remover = operation.method === "POST" ? removerOf(operation, api.operations) : undefined;
    if (remover === undefined || operation.isPublic) continue;
    const answer = await api.send(operation, await api.ownValues(operation, b), bearer(b), { word });
    if (answer !== undefined && isSuccess(answer))
      created.set(operation, createdId(answer, remover.parameter));
  }
  return created;
}

async function textsOnlyOfB(operation: Operation, api: AuditedApi): Promise<readonly Text[]> {
  const { a, b } = api.users;
  const theirs = await api.ownAnswer(operation, b);
  const own = await api.ownAnswer(operation, a);
  // Without A's answer to compare, everything would seem to be only B's.
  if (theirs === undefined || own === undefined || !isSuccess(theirs) || !isSuccess(own)) return [];
  const common = new Set(distinctiveTexts(own.json).map(({ value }) => value));
  return distinctiveTexts(theirs.json).filter(({ value }) => value !== b.id && !common.has(value));
}

/** The operation that lists what `creator` creates, and the new object's id. */
function listedBy(
  creator: Operation,
  id: string | undefined,
  { operations }: AuditedApi,
): [Operation, { parameter: string; id: string }][] {
  const remover = removerOf(creator, operations);
  if (remover === undefined || id === undefined) return [];
  const { parameter, operation } = remover;
  const { reader } = collectionOf(parameter, operation.path, operations);
  return reader === undefined ? [] : [[reader, { parameter, id }]];
}
