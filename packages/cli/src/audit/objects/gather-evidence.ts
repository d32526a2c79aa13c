import { randomBytes } from "node:crypto";
import { isSafe, type Operation, ownersOf } from "../../openapi/operation.ts";
import { normalizedName, subject } from "../../openapi/owner-parameter.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { isSuccess } from "../http/answer.ts";
import { foreignTo, isApart, ownId } from "../tokens/owner-ids.ts";
import type { User } from "../tokens/user.ts";
import { distinctiveTexts, type Text } from "../verdicts/disclosure.ts";
import type { Evidence } from "../verdicts/evidence.ts";
import { collectionOf, removerOf } from "./collection.ts";
import { createdId } from "./identifiers.ts";

/**
 * Reads every operation as A and as another user, and keeps what only the other one gets. With `writes`, it
 * creates an object as the other user in each collection from which it can delete it again, with a random
 * word in every free text. Leaves out the operations whose data the two users may share.
 */
export async function gatherEvidence(api: AuditedApi, user: User, writes: boolean): Promise<Evidence> {
  const word = `audit${randomBytes(6).toString("hex")}`;
  const apart = api.operations.filter(
    (operation) => !operation.isPublic && isApart(api.users.a, user, operation, api.users),
  );
  const created = writes ? await createAs(user, apart, api, word) : new Map<Operation, string | undefined>();
  const texts = new Map<string, Text>();
  for (const operation of apart) {
    if (!isSafe(operation.method)) continue;
    for (const text of await textsOnlyOf(user, operation, api)) texts.set(`${text.key}=${text.value}`, text);
  }
  return {
    userId: user.id,
    owners: ownersByName(user, apart, api),
    word: created.size > 0 ? word : undefined,
    listed: new Map([...created].flatMap(([creator, id]) => listedBy(creator, id, api))),
    texts: [...texts.values()],
  };
}

/** Creates an object as the user in each of these collections from which it can be deleted again. */
export async function createAs(
  user: User,
  operations: readonly Operation[],
  api: AuditedApi,
  word: string,
): Promise<Map<Operation, string | undefined>> {
  const created = new Map<Operation, string | undefined>();
  for (const operation of operations) {
    const remover = operation.method === "POST" ? removerOf(operation, api.operations) : undefined;
    if (remover === undefined) continue;
    const answer = await api.send(operation, await api.ownValues(operation, user), bearer(user), { word });
    if (answer !== undefined && isSuccess(answer))
      created.set(operation, createdId(answer, remover.parameter));
  }
  return created;
}

/** The user's ids in claims other than `sub` that A does not have, by the names of parameter and claim. */
function ownersByName(user: User, operations: readonly Operation[], { users }: AuditedApi) {
  const foreign = operations.flatMap((operation) => foreignTo(users.a, user, operation, users));
  return new Map(
    foreign
      .filter(({ owner }) => owner !== subject)
      .flatMap(({ name, owner }) =>
        [name, owner].map((key) => [normalizedName(key), ownId(user, owner, users) ?? ""] as const),
      ),
  );
}

async function textsOnlyOf(user: User, operation: Operation, api: AuditedApi): Promise<readonly Text[]> {
  const { users } = api;
  const theirs = await api.ownAnswer(operation, user);
  const own = await api.ownAnswer(operation, users.a);
  // Without A's answer to compare, everything would seem to be only the other user's.
  if (theirs === undefined || own === undefined || !isSuccess(theirs) || !isSuccess(own)) return [];
  const common = new Set(distinctiveTexts(own.json).map(({ value }) => value));
  const ids = new Set(ownersOf(operation).map(({ owner }) => ownId(user, owner, users)));
  return distinctiveTexts(theirs.json).filter(
    ({ value }) => value !== user.id && !ids.has(value) && !common.has(value),
  );
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
