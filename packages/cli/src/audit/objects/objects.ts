import { isSafe, type Operation, objectsInPath } from "../document/operation.ts";
import { sampleParameter } from "../document/sample.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Values } from "../requests/request.ts";
import type { User } from "../tokens/user.ts";
import { collectionOf } from "./collection.ts";
import { createdId, listedIds } from "./identifiers.ts";

/** A value for a parameter of a path, and where it is from. */
interface FoundObject {
  readonly id: string;
  /**
   * `created`: by this audit, so that it may be changed and deleted. `sampled`: made up out of the schema.
   */
  readonly source: "created" | "listed" | "sampled";
  /** Whether it is known to be this user's and not the other's. */
  readonly isExclusive: boolean;
}

/** Whom objects are looked up for, and with what. */
export interface ObjectsOptions {
  readonly operations: readonly Operation[];
  /** The two whose lists are compared. */
  readonly users: readonly [User, User];
  /** Whether objects may be created. */
  readonly writes: boolean;
  /** Sends the user's own, plain request. */
  ask(operation: Operation, user: User, values: Values): Promise<Answer | undefined>;
}

export type FoundObjects = ReadonlyMap<string, FoundObject>;

/** Real things for the parameters of paths. */
export interface Objects {
  /**
   * An object of the user for each parameter of the path that does not name the user: out of the user's own
   * list, and where changes are allowed and something would be changed, one made for the purpose.
   */
  of(operation: Operation, user: User): Promise<FoundObjects>;
  /** It is gone, or changed: it is not to be used again. */
  forget(id: string): void;
}

export function createObjects({ operations, users, writes, ask }: ObjectsOptions): Objects {
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
    const stranger = users.find((other) => other !== user) as User;
    const theirs = new Set(await listOf(reader, parameter, stranger, new Map()));
    const own = [first, ...others].find((id) => !theirs.has(id));
    return { id: own ?? first, source: "listed", isExclusive: own !== undefined };
  }

  async function listOf(reader: Operation, parameter: string, user: User, known: FoundObjects) {
    const values = await valuesFor(reader, user, known);
    const key = keyOf(reader, parameter, values);
    const running = lists.get(key) ?? fetchList(reader, parameter, user, values);
    lists.set(key, running);
    return running;
  }

  async function fetchList(reader: Operation, parameter: string, user: User, values: Values) {
    const answer = await ask(reader, user, values);
    return answer !== undefined && isSuccess(answer) ? listedIds(answer, parameter) : [];
  }

  async function make(creator: Operation, parameter: string, user: User, known: FoundObjects) {
    const values = await valuesFor(creator, user, known);
    const key = keyOf(creator, parameter, values);
    const ready = created.get(key);
    if (ready !== undefined) return ready;
    const answer = await ask(creator, user, values);
    const id = answer !== undefined && isSuccess(answer) ? createdId(answer, parameter) : undefined;
    if (id !== undefined) created.set(key, id);
    return id;
  }

  /** Of the operation at the collection: what is known already of its parameters stays as it is. */
  async function valuesFor(operation: Operation, user: User, known: FoundObjects): Promise<Values> {
    const names = new Set(objectsInPath(operation).map(({ name }) => name));
    const relevant = new Map([...known].filter(([name]) => names.has(name)));
    return { owner: user.id, objects: idsOf(await find(operation, user, relevant)) };
  }

  return {
    of: (operation, user) => find(operation, user, new Map()),
    forget(id) {
      for (const [key, value] of created) if (value === id) created.delete(key);
    },
  };
}

export function idsOf(objects: FoundObjects): ReadonlyMap<string, string> {
  return new Map([...objects].map(([name, { id }]) => [name, id]));
}

function keyOf({ label }: Operation, parameter: string, { owner, objects }: Values): string {
  return JSON.stringify([label, parameter, owner, [...objects]]);
}
