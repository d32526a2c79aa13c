import type { Operation } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Values } from "../requests/request.ts";
import type { User } from "../tokens/user.ts";
import { removerOf } from "./collection.ts";
import { createdId } from "./identifiers.ts";

/** An object that this audit created. */
interface CreatedObject {
  readonly creator: Operation;
  readonly id: string | undefined;
  readonly values: Values;
}

/** The objects that the audit created, to be deleted at its end. */
export interface CreatedObjects {
  /** Records the object that an answer says was created, if it does. */
  add(creator: Operation, values: Values, answer: Answer): void;
  /** Deletes the objects. Returns the operation behind each object that could not be deleted. */
  deleteAll(): Promise<readonly string[]>;
}

/** @param send Sends the request that deletes an object, as the given user. */
export function trackCreatedObjects(
  operations: readonly Operation[],
  users: readonly User[],
  send: (remover: Operation, values: Values, user: User) => Promise<Answer | undefined>,
): CreatedObjects {
  let created: CreatedObject[] = [];

  async function isDeleted({ creator, id, values }: CreatedObject): Promise<boolean> {
    const remover = removerOf(creator, operations);
    if (remover === undefined || id === undefined) return false;
    const objects = new Map(values.objects).set(remover.parameter, id);
    // The user in the path first. An API that accepts the wrong user may have stored it for the other one.
    const candidates = [...users].sort(
      (one, other) => Number(other.id === values.owner) - Number(one.id === values.owner),
    );
    let isMissing = true;
    for (const user of candidates) {
      const answer = await send(remover.operation, { owner: user.id, objects }, user);
      if (answer !== undefined && isSuccess(answer)) return true;
      isMissing &&= answer?.status === 404 || answer?.status === 410;
    }
    // Neither user finds it: a check has already deleted it.
    return isMissing;
  }

  return {
    add(creator, values, answer) {
      // A POST whose answer has no id, to a path without a DELETE (such as `/complete`), probably created
      // nothing.
      const parameter = removerOf(creator, operations)?.parameter;
      const id = createdId(answer, parameter ?? "id");
      const hasCreated = answer.status === 201 || (parameter !== undefined && id !== undefined);
      if (isSuccess(answer) && hasCreated) created.push({ creator, id, values });
    },
    async deleteAll() {
      const remaining: string[] = [];
      for (const object of created) {
        if (!(await isDeleted(object))) remaining.push(object.creator.label);
      }
      created = [];
      return remaining;
    },
  };
}
