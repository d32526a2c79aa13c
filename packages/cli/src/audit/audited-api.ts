import { isSafe, type Operation } from "./document/operation.ts";
import { type Answer, isSuccess } from "./http/answer.ts";
import type { Traffic } from "./http/traffic.ts";
import { createLeftovers } from "./objects/created-objects.ts";
import { createObjects, type FoundObjects, idsOf } from "./objects/objects.ts";
import type { Values } from "./requests/request.ts";
import { compose, type Difference } from "./requests/request.ts";
import type { Users } from "./tokens/read-tokens.ts";
import type { User } from "./tokens/user.ts";

/** What every check works on: the API, its operations, and two of its users. */
export interface Scene {
  readonly operations: readonly Operation[];
  readonly users: Users;
  /** Put before every path. */
  readonly base: string;
  /** Sends a request of the operation with these values. `authorization` is the whole header, or none. */
  send(
    operation: Operation,
    values: Values,
    authorization: string | undefined,
    difference?: Difference,
  ): Promise<Answer | undefined>;
  /** Objects of the user for the operation's path. */
  objects(operation: Operation, user: User): Promise<FoundObjects>;
  /** What the user's own, plain request is filled with. */
  ownValues(operation: Operation, user: User): Promise<Values>;
  /**
   * The answer to the user's own, plain request: what a verdict is compared with. Asked once.
   *
   * @returns undefined where none came, or where the request would change something that the user had before.
   */
  control(operation: Operation, user: User): Promise<Answer | undefined>;
  /** Deletes what was added. Resolves to the operations whose additions remain, one entry for each. */
  tidy(): Promise<readonly string[]>;
}

export interface SceneOptions {
  readonly operations: readonly Operation[];
  readonly users: Users;
  readonly base: string;
  readonly traffic: Traffic;
  readonly writes: boolean;
}

export function createScene({ operations, users, base, traffic, writes }: SceneOptions): Scene {
  const { a, b } = users;
  const controls = new Map<string, Promise<Answer | undefined>>();
  const leftovers = createLeftovers(operations, [a, b], (operation, values, user) =>
    traffic.tidy(compose(operation, base, values), bearer(user)),
  );
  const objects = createObjects({
    operations,
    users: [a, b],
    writes,
    ask: (operation, user, values) => send(operation, values, bearer(user)),
  });

  async function send(
    operation: Operation,
    values: Values,
    authorization: string | undefined,
    difference: Difference = {},
  ): Promise<Answer | undefined> {
    const answer = await traffic.send(compose(operation, base, values, difference), authorization);
    if (answer !== undefined && isSuccess(answer)) noteChange(operation, values, answer);
    return answer;
  }

  function noteChange(operation: Operation, values: Values, answer: Answer): void {
    if (operation.method === "POST") leftovers.note(operation, values, answer);
    if (operation.method === "DELETE") for (const id of values.objects.values()) objects.forget(id);
  }

  async function ownValues(operation: Operation, user: User): Promise<Values> {
    return { owner: user.id, objects: idsOf(await objects.of(operation, user)) };
  }

  async function sendControl(operation: Operation, user: User): Promise<Answer | undefined> {
    const found = await objects.of(operation, user);
    if (!isSafe(operation.method)) {
      const isOurs = [...found.values()].at(-1)?.source === "created";
      if (!writes || (operation.method !== "POST" && !isOurs)) return undefined;
    }
    return send(operation, { owner: user.id, objects: idsOf(found) }, bearer(user));
  }

  return {
    operations,
    users,
    base,
    send,
    objects: objects.of,
    ownValues,
    control(operation, user) {
      const key = `${user.name} ${operation.label}`;
      const running = controls.get(key) ?? sendControl(operation, user);
      controls.set(key, running);
      return running;
    },
    tidy: leftovers.remove,
  };
}

/** RFC 6750 section 2.1. */
export function bearer({ token }: Pick<User, "token">): string {
  return `Bearer ${token}`;
}
