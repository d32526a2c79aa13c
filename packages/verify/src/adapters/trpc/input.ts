import { checkOwner } from "../../access/owner.ts";
import { meantOwnerParam } from "../../access/owner-params.ts";
import { AuthError } from "../../errors.ts";

/** Holds an input to a principal's id. */
export type HoldInput = (id: string, input: unknown) => void;

/**
 * Holds every owner field of a procedure's input to its owner, however deep it stands: in objects, lists,
 * maps, sets and forms, `{ where: { userId } }` as well as `[{ userId }]`. What comes from outside is walked
 * through without recursion, so that no nesting is too deep for the stack.
 *
 * Does not look into the bytes of a file or a stream, nor into texts.
 *
 * @returns A function that throws `owner_mismatch` where an owner field is not the id, and for everybody
 *   where the name of a field is an owner field in another spelling.
 */
export function createInputHold(ownerParams: readonly string[]): HoldInput {
  // A list of its own: the guard's is frozen, and to iterate over a frozen one costs a multiple.
  const names = [...ownerParams];
  if (names.length === 0) return () => {};

  return (id, input) => {
    const seen = new Set<object>();
    const open: unknown[] = [input];
    while (open.length > 0) {
      const value = open.pop();
      if (!isContainer(value) || seen.has(value)) continue;
      // A transformer such as superjson makes cycles.
      seen.add(value);
      if (value instanceof Map || isForm(value)) {
        for (const [name, inner] of value as unknown as Iterable<[unknown, unknown]>) {
          for (const part of namesIn(name)) holdField(id, part, inner);
          open.push(name, inner);
        }
        continue;
      }
      if (value instanceof Set) {
        for (const inner of value) open.push(inner);
        continue;
      }
      // Inherited ones too: the owner check then finds none of the object's own, and refuses.
      for (const name of names) if (name in value) checkOwner(id, value, [name]);
      if (Array.isArray(value)) {
        // Not by index: a few bytes make a list of a billion gaps (devalue).
        for (const inner of Object.values(value)) if (isContainer(inner)) open.push(inner);
        continue;
      }
      // Those that are not enumerated too, such as an error's `cause`.
      for (const name of Object.getOwnPropertyNames(value)) {
        refuseOtherSpelling(name);
        const inner = value[name];
        if (isContainer(inner)) open.push(inner);
      }
    }
  };

  function holdField(id: string, name: string, value: unknown): void {
    if (names.includes(name)) checkOwner(id, { [name]: value }, [name]);
    else refuseOtherSpelling(name);
  }

  /** Names are the client's here: nothing is remembered about them. */
  function refuseOtherSpelling(name: string): void {
    const meant = meantOwnerParam(name, names);
    if (meant === undefined) return;
    // Without the name, which is the client's text.
    throw new AuthError("owner_mismatch", {
      hint: `a field of the input is not checked against the owner, because ownerParam is "${meant}" and it is spelt differently: use the same spelling, or list both`,
    });
  }
}

type Container = Readonly<Record<string, unknown>>;

/** Bytes have a property for each of them, and no field. */
function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null && !ArrayBuffer.isView(value);
}

/** FormData, URLSearchParams, and the like of another realm. */
function isForm(value: Container): boolean {
  return (
    typeof value.getAll === "function" && typeof value.entries === "function" && Symbol.iterator in value
  );
}

/** The parts of a form's name, such as `where[userId]` or `where.userId`. */
function namesIn(name: unknown): string[] {
  return typeof name === "string" ? name.split(/[.[\]]/) : [];
}
