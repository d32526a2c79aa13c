import { readOwnerFields, type Trail } from "./owner-fields.ts";

/**
 * Checks the owner fields of an input.
 *
 * @param check Checks one field. Called with an object that has it, by its key in `ownerParam`, and the key.
 */
export type CheckInput = (
  check: (fields: Readonly<Record<string, unknown>>, key: string) => void,
  input: unknown,
) => void;

/** A value to look into, and the names that lead to it. */
type Place = readonly [value: unknown, trail: Trail];

const top: Trail = [];

/**
 * Checks every owner field of a procedure's input, at any depth: in objects, lists, maps, sets and forms,
 * such as `{ where: { userId } }` and `[{ userId }]`. A path such as `where.orgId` is that field of that
 * parent, at any depth. Lists and sets are no parents, and neither are the numbers in a form's names. Not
 * recursive, so that deep nesting cannot exhaust the stack.
 *
 * Does not look into the bytes of a file or a stream, nor into strings.
 *
 * @returns A function that throws what `check` throws, and `owner_mismatch` for every user if a field's name
 *   is another spelling of an owner field.
 * @throws {ConfigurationError} A path with an empty name.
 */
export function createInputCheck(ownerParams: readonly string[]): CheckInput {
  if (ownerParams.length === 0) return () => {};
  const fields = readOwnerFields(ownerParams);

  return (check, input) => {
    const isNew = createSeen();
    const open: Place[] = [[input, top]];
    while (open.length > 0) {
      const [value, trail] = open.pop() as Place;
      if (!isContainer(value) || !isNew(value, trail)) continue;
      if (value instanceof Map || isForm(value)) lookIntoEntries(value as never, trail);
      else if (value instanceof Set) for (const inner of value) open.push([inner, trail]);
      else lookIntoProperties(value, trail);
    }

    function lookIntoEntries(entries: Iterable<[unknown, unknown]>, trail: Trail): void {
      for (const [name, inner] of entries) {
        let place = top;
        if (typeof name === "string")
          place = namesIn(name).reduce((to, part) => step(to, part, inner), trail);
        open.push([name, top], [inner, place]);
      }
    }

    function lookIntoProperties(value: Container, trail: Trail): void {
      // Inherited names count too. The owner check then finds no own property and rejects.
      for (const key of fields.inherited(trail, value)) check({}, key);
      // A list's own names, not by index: with devalue, a few bytes can make an array with a billion holes.
      // An object's names include properties that are not enumerable, such as an error's `cause`.
      const isList = Array.isArray(value);
      for (const name of isList ? Object.keys(value) : Object.getOwnPropertyNames(value)) {
        const inner = value[name];
        const place = isList && isNumber(name) ? trail : step(trail, name, inner);
        if (isContainer(inner)) open.push([inner, place]);
      }
    }

    /** Checks a field, and follows its name. */
    function step(trail: Trail, name: string, value: unknown): Trail {
      for (const key of fields.keysOf(trail, name)) check({ [key]: value }, key);
      return fields.follow(trail, name);
    }
  };
}

/**
 * Whether a value is new here. A transformer such as superjson can create cycles, and values that several
 * names lead to.
 */
function createSeen(): (value: object, trail: Trail) => boolean {
  const byTrail = new Map<string, Set<object>>();
  return (value, trail) => {
    const key = trail.join(".");
    const seen = byTrail.get(key) ?? new Set();
    byTrail.set(key, seen);
    return seen.size < seen.add(value).size;
  };
}

type Container = Readonly<Record<string, unknown>>;

/** Byte arrays have a property for each byte, and no fields. */
function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

/** FormData, URLSearchParams, and those of another realm. */
function isForm(value: Container): boolean {
  return (
    typeof value.getAll === "function" && typeof value.entries === "function" && Symbol.iterator in value
  );
}

/** The names in a form field's name, such as `where[userId]` or `where.userId`, without those of lists. */
function namesIn(name: string): string[] {
  return name.split(/[.[\]]/).filter((part) => part !== "" && !isNumber(part));
}

function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}
