import type { Operation } from "../../openapi/operation.ts";
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
  /** Whose token created it. */
  readonly sender: User | undefined;
}

/** The objects that the audit created, to be deleted at its end. */
export interface CreatedObjects {
  /** Records the object that an answer says was created, if it does. */
  add(creator: Operation, values: Values, answer: Answer, sender: User | undefined): void;
  /** Deletes the objects. Returns the operation behind each object that could not be deleted. */
  deleteAll(): Promise<readonly string[]>;
}

/** The options of {@link trackCreatedObjects}. */
export interface CreatedObjectsOptions {
  readonly operations: readonly Operation[];
  readonly users: readonly User[];
  /** The user's own values for the parameters that name the owner. */
  owners(operation: Operation, user: User): ReadonlyMap<string, string>;
  /** Sends the request that deletes an object, as the given user. */
  send(remover: Operation, values: Values, user: User): Promise<Answer | undefined>;
}

export function trackCreatedObjects(options: CreatedObjectsOptions): CreatedObjects {
  const { operations, users, owners, send } = options;
  let created: CreatedObject[] = [];

  async function isDeleted({ creator, id, values, sender }: CreatedObject): Promise<boolean> {
    const remover = removerOf(creator, operations);
    if (remover === undefined || id === undefined) return false;
    const objects = new Map(values.objects).set(remover.parameter, id);
    // The user in the path first, and the sender. An API that accepts the wrong user may have stored it for
    // another one.
    const isIn = (user: User) => {
      const own = owners(creator, user);
      return [...values.owners].every(([name, id]) => own.get(name) === id);
    };
    const rank = (user: User) => (isIn(user) ? 2 : 0) + (user === sender ? 1 : 0);
    const candidates = [...users].sort((one, other) => rank(other) - rank(one));
    let isMissing = true;
    for (const user of candidates) {
      const own = { owners: owners(remover.operation, user), objects };
      const answer = await send(remover.operation, own, user);
      if (answer !== undefined && isSuccess(answer)) return true;
      isMissing &&= answer?.status === 404 || answer?.status === 410;
    }
    // Neither user finds it: a check has already deleted it.
    return isMissing;
  }

  return {
    add(creator, values, answer, sender) {
      // A POST whose answer has no id, to a path without a DELETE (such as `/complete`), probably created
      // nothing.
      const parameter = removerOf(creator, operations)?.parameter;
      const id = createdId(answer, parameter ?? "id");
      const hasCreated = answer.status === 201 || (parameter !== undefined && id !== undefined);
      if (isSuccess(answer) && hasCreated) created.push({ creator, id, values, sender });
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
