import { isSafe, type Operation } from "../../openapi/operation.ts";
import { type AuditedApi, bearer } from "../audited-api.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import { readerOf } from "../objects/collection.ts";
import type { Values } from "../requests/request.ts";
import type { User } from "../tokens/user.ts";

/**
 * Compares a user's data before and after another one tries to change it. The status alone proves nothing: an
 * API may answer a DELETE with 204 although it found nothing, and a POST with 201 although it created an
 * object of the sender's.
 */
export interface ChangeDetector {
  /** Reads the user's data. Called before a request. */
  before(): Promise<void>;
  /**
   * Reads the user's data again. Called after a request that seems to have succeeded.
   *
   * @returns false if the data is the same. True if it is not, or if it cannot be read.
   */
  hasChanged(): Promise<boolean>;
}

/**
 * Detects changes of what the operation changes.
 *
 * @param values The values of the user's own request.
 */
export function detectChanges(
  operation: Operation,
  user: User,
  values: () => Promise<Values>,
  api: AuditedApi,
): ChangeDetector {
  const reader = isSafe(operation.method) ? undefined : readerOf(operation, api.operations);
  let last: { answer: Answer | undefined; values: Values } | undefined;

  async function read(at: Values): Promise<Answer | undefined> {
    return reader === undefined ? undefined : api.send(reader, at, bearer(user));
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
