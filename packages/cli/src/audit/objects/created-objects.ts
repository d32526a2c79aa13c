import type { Operation } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Values } from "../requests/request.ts";
import type { User } from "../tokens/user.ts";
import { removerOf } from "./collection.ts";
import { createdId } from "./identifiers.ts";

/** Something that a request of this audit has added. */
interface Leftover {
  readonly creator: Operation;
  readonly id: string | undefined;
  readonly values: Values;
}

/** What the audit has added to the API, to be taken away at its end. */
export interface Leftovers {
  /** An operation answered that it has added something. */
  note(creator: Operation, values: Values, answer: Answer): void;
  /**
   * Deletes all of them. Resolves to the operations whose additions could not be deleted, one entry for each.
   */
  remove(): Promise<readonly string[]>;
}

export function createLeftovers(
  operations: readonly Operation[],
  users: readonly User[],
  erase: (remover: Operation, values: Values, user: User) => Promise<Answer | undefined>,
): Leftovers {
  let leftovers: Leftover[] = [];

  async function isRemoved({ creator, id, values }: Leftover): Promise<boolean> {
    const remover = removerOf(creator, operations);
    if (remover === undefined || id === undefined) return false;
    const objects = new Map(values.objects).set(remover.parameter, id);
    // First whose path it was; but an API that lets strangers in may have given it to either.
    const candidates = [...users].sort(
      (one, other) => Number(other.id === values.owner) - Number(one.id === values.owner),
    );
    let isUnknown = true;
    for (const user of candidates) {
      const answer = await erase(remover.operation, { owner: user.id, objects }, user);
      if (answer !== undefined && isSuccess(answer)) return true;
      isUnknown &&= answer?.status === 404 || answer?.status === 410;
    }
    // A check has deleted it already: nobody has it any more.
    return isUnknown;
  }

  return {
    note(creator, values, answer) {
      // A POST to something that cannot be deleted and has no id (`/complete`, say) has probably added
      // nothing.
      const parameter = removerOf(creator, operations)?.parameter;
      const id = createdId(answer, parameter ?? "id");
      const hasAdded = answer.status === 201 || (parameter !== undefined && id !== undefined);
      if (isSuccess(answer) && hasAdded) leftovers.push({ creator, id, values });
    },
    async remove() {
      const remaining: string[] = [];
      for (const leftover of leftovers) {
        if (!(await isRemoved(leftover))) remaining.push(leftover.creator.label);
      }
      leftovers = [];
      return remaining;
    },
  };
}
