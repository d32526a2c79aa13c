import { CannotRun } from "../command.ts";
import { isSafe, objectsInPath } from "./document/operation.ts";
import type { Scene } from "./scene/scene.ts";

/**
 * Makes sure that the API takes the tokens at all: a refusal proves nothing where everything is refused.
 *
 * @throws {CannotRun} Nothing answers, or a token gets 401 from every operation that reads.
 */
export async function confirmUsers(scene: Scene, target: string): Promise<void> {
  const readers = scene.operations
    .filter(({ method, isPublic }) => isSafe(method) && !isPublic)
    .sort((one, other) => objectsInPath(one).length - objectsInPath(other).length);
  for (const user of [scene.users.a, scene.users.b]) {
    let refusals = 0;
    for (const operation of readers) {
      const answer = await scene.control(operation, user);
      if (answer === undefined) throw new CannotRun(`Nothing answers at ${target}. Is the API running?`);
      if (answer.status !== 401) break;
      refusals++;
    }
    if (refusals > 0 && refusals === readers.length) {
      throw new CannotRun(`${user.name} is refused by every operation with 401. usher doctor says why.`);
    }
  }
}
