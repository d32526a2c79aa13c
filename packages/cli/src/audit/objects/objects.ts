import { isSafe, type Operation, objectsInPath } from "../../openapi/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Values } from "../requests/request.ts";
import { sampleParameter } from "../requests/sample.ts";
import type { User } from "../tokens/user.ts";
import { collectionOf } from "./collection.ts";
import { createdId, listedIds } from "./identifiers.ts";

/** An id for a path parameter, and where it came from. */
interface FoundObject {
  readonly id: string;
  /** `created`: by this audit, which may change and delete it. `sampled`: generated from the schema. */
  readonly source: "created" | "listed" | "sampled";
  /** Whether only this user sees the object. */
  readonly isExclusive: boolean;
}

/** The options of {@link createObjects}. */
export interface ObjectsOptions {
  readonly operations: readonly Operation[];
  /** A, B and others. A's list is compared with B's, and every other user's with A's. */
  readonly users: readonly User[];
  /** Whether the audit may create objects. */
  readonly writes: boolean;
  /** The user's own values for the parameters that name the owner. */
  owners(operation: Operation, user: User): ReadonlyMap<string, string>;
  /** Sends the user's own request. */
  send(operation: Operation, user: User, values: Values): Promise<Answer | undefined>;
}

/** By the name of the path parameter. */
export type FoundObjects = ReadonlyMap<string, FoundObject>;

/** Finds real objects for path parameters. */
export interface Objects {
  /**
   * An object of the user for each path parameter that does not name the user. It comes from the user's own
   * list. For an operation that changes the object, the audit creates one, if it may.
   */
  of(operation: Operation, user: User): Promise<FoundObjects>;
  /** Stops using an object because it was deleted. */
  forget(id: string): void;
}

/** Looks up each list and creates each object once. */
export function createObjects({ operations, users, owners, writes, send }: ObjectsOptions): Objects {
  const lists = new Map<string, Promise<readonly string[]>>();
  const created = new Map<string, string>();

  async function find(operation: Operation, user: User, known: FoundObjects): Promise<FoundObjects> {
    const found = new Map(known);
    const parameters = objectsInPath(operation);
    for (const parameter of parameters) {
      if (found.has(parameter.name)) continue;
      const isLast = parameter === parameters.at(-1);
      const mayChange = isLast && !isSafe(operation.method);
      const object = users.includes(user)
        ? await search(operation, parameter.name, user, found, mayChange)
        : undefined;
      const sampled = {
        id: sampleParameter(parameter, operation),
        source: "sampled",
        isExclusive: false,
      } as const;
      found.set(parameter.name, object ?? sampled);
    }
    return found;
  }

  async function search(
    operation: Operation,
    parameter: string,
    user: User,
    known: FoundObjects,
    mayChange: boolean,
  ): Promise<FoundObject | undefined> {
    const { reader, creator } = collectionOf(parameter, operation.path, operations);
    const create = async () => {
      const id = writes && creator !== undefined ? await make(creator, parameter, user, known) : undefined;
      return id === undefined ? undefined : ({ id, source: "created", isExclusive: true } as const);
    };
    const list = async () => (reader === undefined ? undefined : choose(reader, parameter, user, known));
    if (mayChange) return (await create()) ?? (await list());
    const listed = await list();
    return listed?.isExclusive ? listed : ((await create()) ?? listed);
  }

  async function choose(
    reader: Operation,
    parameter: string,
    user: User,
    known: FoundObjects,
  ): Promise<FoundObject | undefined> {
    const [first, ...others] = await listOf(reader, parameter, user, known);
    if (first === undefined) return undefined;
    const otherUser = users.find((other) => other !== user) as User;
    const theirs = new Set(await listOf(reader, parameter, otherUser, new Map()));
    const own = [first, ...others].find((id) => !theirs.has(id));
    return { id: own ?? first, source: "listed", isExclusive: own !== undefined };
  }

  async function listOf(reader: Operation, parameter: string, user: User, known: FoundObjects) {
    const values = await valuesFor(reader, user, known);
    const key = keyOf(reader, parameter, values, user);
    const list = lists.get(key) ?? fetchList(reader, parameter, user, values);
    lists.set(key, list);
    return list;
  }

  async function fetchList(reader: Operation, parameter: string, user: User, values: Values) {
    const answer = await send(reader, user, values);
    return answer !== undefined && isSuccess(answer) ? listedIds(answer, parameter) : [];
  }

  async function make(creator: Operation, parameter: string, user: User, known: FoundObjects) {
    const values = await valuesFor(creator, user, known);
    const key = keyOf(creator, parameter, values, user);
    const ready = created.get(key);
    if (ready !== undefined) return ready;
    const answer = await send(creator, user, values);
    const id = answer !== undefined && isSuccess(answer) ? createdId(answer, parameter) : undefined;
    if (id !== undefined) created.set(key, id);
    return id;
  }

  /** The values for an operation on the collection. Ids that are already known stay as they are. */
  async function valuesFor(operation: Operation, user: User, known: FoundObjects): Promise<Values> {
    const names = new Set(objectsInPath(operation).map(({ name }) => name));
    const relevant = new Map([...known].filter(([name]) => names.has(name)));
    return { owners: owners(operation, user), objects: idsOf(await find(operation, user, relevant)) };
  }

  return {
    of: (operation, user) => find(operation, user, new Map()),
    forget(id) {
      for (const [key, value] of created) if (value === id) created.delete(key);
    },
  };
}

/** The ids by parameter name. */
export function idsOf(objects: FoundObjects): ReadonlyMap<string, string> {
  return new Map([...objects].map(([name, { id }]) => [name, id]));
}

function keyOf({ label }: Operation, parameter: string, { owners, objects }: Values, user: User): string {
  return JSON.stringify([label, parameter, user.token, [...owners], [...objects]]);
}
