import { bearer, type Scene } from "../audited-api.ts";
import { isSafe, type Operation } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { readerOf } from "../objects/collection.ts";
import type { Values } from "../requests/request.ts";

/**
 * Watches what is B's while A tries to change it: an API may answer 204 to a request to delete what it does
 * not find, and 201 to one that makes something of A's own.
 */
export interface Watch {
  /** Looks at it, before a request. */
  before(): Promise<void>;
  /**
   * Looks again, after a request that seems to have succeeded.
   *
   * @returns false where B still has the same. True where not, and where it cannot be told.
   */
  hasChanged(): Promise<boolean>;
}

/** @param values Those of B's own request. */
export function watch(operation: Operation, values: () => Promise<Values>, scene: Scene): Watch {
  const reader = isSafe(operation.method) ? undefined : readerOf(operation, scene.operations);
  let last: { answer: Answer | undefined; values: Values } | undefined;

  async function read(at: Values): Promise<Answer | undefined> {
    return reader === undefined ? undefined : scene.send(reader, at, bearer(scene.users.b));
  }

  return {
    async before() {
      if (last !== undefined || reader === undefined) return;
      const at = await values();
      last = { answer: await read(at), values: at };
    },
    async hasChanged() {
      if (last?.answer === undefined || !isSuccess(last.answer)) return true;
      const answer = await read(last.values);
      return answer?.status !== last.answer.status || answer.text !== last.answer.text;
    },
  };
}
