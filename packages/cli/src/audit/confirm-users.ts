import { CannotRun } from "../command-line/command.ts";
import { bearer, type Scene } from "./audited-api.ts";
import { isSafe, type Operation, objectsInPath } from "./document/operation.ts";
import { TrafficHalted } from "./http/traffic.ts";

/**
 * Makes sure that the API takes the tokens at all: a refusal proves nothing where everything is refused.
 *
 * @throws {CannotRun} Nothing answers, or a token gets 401 from every operation that reads.
 */
export async function confirmUsers(scene: Scene, target: string): Promise<void> {
  const readers = readersOf(scene);
  for (const user of [scene.users.a, scene.users.b]) {
    let refusals = 0;
    for (const operation of readers) {
      const answer = await scene.control(operation, user);
      if (answer === undefined) throw new CannotRun(`Nothing answers at ${target}. Is the API running?`);
      if (answer.status !== 401) break;
      refusals++;
    }
    if (refusals > 0 && refusals === readers.length) {
      throw new CannotRun(`${user.name} is refused by every operation with 401. usher-auth doctor says why.`);
    }
  }
}

/**
 * Makes sure, at the end, that the API still takes the tokens: an operation that signs users out may have
 * been among those that were tried.
 *
 * @throws {TrafficHalted} It takes one no longer.
 */
export async function reconfirmUsers(scene: Scene): Promise<void> {
  for (const user of [scene.users.a, scene.users.b]) {
    for (const operation of readersOf(scene)) {
      const before = await scene.control(operation, user);
      if (before === undefined || before.status === 401) continue;
      const answer = await scene.send(operation, await scene.ownValues(operation, user), bearer(user));
      if (answer?.status === 401) throw new TrafficHalted("refused");
      break;
    }
  }
}

/** What reads and wants a token, with the simplest paths first. */
function readersOf({ operations }: Scene): Operation[] {
  return operations
    .filter(({ method, isPublic }) => isSafe(method) && !isPublic)
    .sort((one, other) => objectsInPath(one).length - objectsInPath(other).length);
}
