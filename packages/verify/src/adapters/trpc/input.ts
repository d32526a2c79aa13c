import { meantOwnerParam } from "../../access/owner-params.ts";
import { AuthError } from "../../errors.ts";

/**
 * Checks the owner fields of an input.
 *
 * @param check Checks one field. Called with the object that has it, and its name.
 */
export type CheckInput = (
  check: (fields: Readonly<Record<string, unknown>>, name: string) => void,
  input: unknown,
) => void;

/**
 * Checks every owner field of a procedure's input, at any depth: in objects, lists, maps, sets and forms,
 * such as `{ where: { userId } }` and `[{ userId }]`. Not recursive, so that deep nesting cannot exhaust the
 * stack.
 *
 * Does not look into the bytes of a file or a stream, nor into strings.
 *
 * @returns A function that throws what `check` throws, and `owner_mismatch` for every user if a field's name is
 *   another spelling of an owner field.
 */
export function createInputCheck(ownerParams: readonly string[]): CheckInput {
  // A copy: the guard's list is frozen, and iterating over a frozen array is several times slower.
  const names = [...ownerParams];
  if (names.length === 0) return () => {};

  return (check, input) => {
    const seen = new Set<object>();
    const open: unknown[] = [input];
    while (open.length > 0) {
      const value = open.pop();
      if (!isContainer(value) || seen.has(value)) continue;
      // A transformer such as superjson can create cycles.
      seen.add(value);
      if (value instanceof Map || isForm(value)) {
        for (const [name, inner] of value as unknown as Iterable<[unknown, unknown]>) {
          for (const part of namesIn(name)) checkField(check, part, inner);
          open.push(name, inner);
        }
        continue;
      }
      if (value instanceof Set) {
        for (const inner of value) open.push(inner);
        continue;
      }
      // Inherited names count too. The owner check then finds no own property and rejects.
      for (const name of names) if (name in value) check(value, name);
      if (Array.isArray(value)) {
        // Not by index: with devalue, a few bytes can make an array with a billion holes.
        for (const inner of Object.values(value)) if (isContainer(inner)) open.push(inner);
        continue;
      }
      // Includes properties that are not enumerable, such as an error's `cause`.
      for (const name of Object.getOwnPropertyNames(value)) {
        refuseOtherSpelling(name);
        const inner = value[name];
        if (isContainer(inner)) open.push(inner);
      }
    }
  };

  function checkField(check: Parameters<CheckInput>[0], name: string, value: unknown): void {
    if (names.includes(name)) check({ [name]: value }, name);
    else refuseOtherSpelling(name);
  }

  /** These names come from the client, so none is cached. */
  function refuseOtherSpelling(name: string): void {
    const meant = meantOwnerParam(name, names);
    if (meant === undefined) return;
    // Without the field's name, which is text from the client.
    throw new AuthError("owner_mismatch", {
      hint: `a field of the input is not checked against the owner, because ownerParam is "${meant}" and it is spelt differently: use the same spelling, or list both`,
    });
  }
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

/** The parts of a form field's name, such as `where[userId]` or `where.userId`. */
function namesIn(name: unknown): string[] {
  return typeof name === "string" ? name.split(/[.[\]]/) : [];
}
