import { setTimeout as sleep } from "node:timers/promises";
import { CannotRun } from "../command-line/command.ts";
import { isSafe, type Operation, objectsInPath } from "../openapi/operation.ts";
import { type AuditedApi, bearer } from "./audited-api.ts";
import { othersOf } from "./checks/cross-user.ts";
import { isSuccess } from "./http/answer.ts";
import { TrafficHalted } from "./http/traffic.ts";

/**
 * Makes sure that the API accepts the tokens: if it rejects everything, a refusal proves nothing.
 *
 * @throws {CannotRun} The API does not answer, or answers 401 to every operation that reads.
 */
export async function confirmUsers(api: AuditedApi, target: string): Promise<void> {
  const readers = readersOf(api);
  for (const user of [api.users.a, ...othersOf(api)]) {
    let refusals = 0;
    for (const operation of readers) {
      const answer = await api.ownAnswer(operation, user);
      if (answer === undefined) throw new CannotRun(`Nothing answers at ${target}. Is the API running?`);
      if (answer.status !== 401) break;
      refusals++;
    }
    if (refusals > 0 && refusals === readers.length) {
      throw new CannotRun(
        `${user.name} is rejected by every operation with 401. Run usher-auth doctor to find out why.`,
      );
    }
  }
}

/** Milliseconds between two attempts, and the number of attempts. */
const pause = 250;
const mostAttempts = 20;

/**
 * Waits until the API rejects the revoked token, at most five seconds: it hears of a sign-out shortly after
 * the issuer has answered it. If it never does, the checks find that.
 */
export async function awaitRevocation(api: AuditedApi): Promise<void> {
  const { a, revokedUser } = api.users;
  const [reader] = readersOf(api);
  if (revokedUser?.id !== a.id || reader === undefined) return;
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const answer = await api.send(reader, await api.ownValues(reader, a), bearer(revokedUser));
    if (answer === undefined || !isSuccess(answer)) return;
    await sleep(pause);
  }
}

/**
 * Makes sure at the end that the API still accepts the tokens: one of the operations may have signed a user
 * out.
 *
 * @throws {TrafficHalted} It no longer accepts one.
 */
export async function reconfirmUsers(api: AuditedApi): Promise<void> {
  for (const user of [api.users.a, ...othersOf(api)]) {
    for (const operation of readersOf(api)) {
      const before = await api.ownAnswer(operation, user);
      if (before === undefined || before.status === 401) continue;
      const answer = await api.send(operation, await api.ownValues(operation, user), bearer(user));
      if (answer?.status === 401) throw new TrafficHalted("refused");
      break;
    }
  }
}

/** The operations that read and need a token, those with the fewest parameters first. */
function readersOf({ operations }: AuditedApi): Operation[] {
  return operations
    .filter(({ method, isPublic, stated }) => isSafe(method) && !isPublic && !stated.optionalAuth)
    .sort((one, other) => objectsInPath(one).length - objectsInPath(other).length);
}
