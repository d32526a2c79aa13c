import { foldName } from "../../access/owner-params.ts";
import { AuthError, ConfigurationError } from "../../errors.ts";

/**
 * The names that lead to a value, as far as they matter: the last ones, each of which is a parent of an owner
 * field, or another spelling of one. There are few of them, however many names an input has.
 */
export type Trail = readonly string[];

/** The owner fields of inputs, by name (`orgId`) or by path (`where.orgId`). */
export interface OwnerFields {
  /** Follows a name from one value to the next. */
  follow(trail: Trail, name: string): Trail;
  /**
   * The keys of `ownerParam` that this field must satisfy.
   *
   * @throws {AuthError} `owner_mismatch`, for every user: the field is another spelling of an owner field.
   */
  keysOf(trail: Trail, name: string): readonly string[];
  /** As `keysOf`, for the owner fields that an object inherits. */
  inherited(trail: Trail, value: object): readonly string[];
}

interface Field {
  readonly key: string;
  readonly names: readonly string[];
  readonly folded: readonly string[];
}

const none: readonly string[] = [];

/** @throws {ConfigurationError} A path with an empty name. */
export function readOwnerFields(ownerParams: readonly string[]): OwnerFields {
  const fields = ownerParams.map(readField);
  const longest = Math.max(0, ...fields.map(({ names }) => names.length));
  const lasts = new Set(fields.map(({ folded }) => folded.at(-1)));
  const parents = new Set(fields.flatMap(({ names }) => names.slice(0, -1)));
  const foldedParents = new Set(fields.flatMap(({ folded }) => folded.slice(0, -1)));

  return {
    follow(trail, name) {
      if (longest < 2) return none;
      const step = parents.has(name) ? name : otherSpelling(foldName(name));
      return step === undefined ? none : [...trail, step].slice(1 - longest);
    },
    keysOf(trail, name) {
      const folded = foldName(name);
      if (!lasts.has(folded)) return none;
      const exact = fields.filter(({ names }) => endsWith([...trail, name], names));
      const foldedTrail = [...trail.map(foldName), folded];
      const meant = fields.find(
        (field) =>
          endsWith(foldedTrail, field.folded) && !exact.some((other) => isSame(other.folded, field.folded)),
      );
      if (meant === undefined) return exact.map(({ key }) => key);
      // Without the field's name, which is text from the client.
      throw new AuthError("owner_mismatch", {
        hint: `a field of the input is not checked against the owner, because ownerParam is "${meant.key}" and it is spelt differently: use the same spelling, or list both`,
      });
    },
    inherited(trail, value) {
      const found = fields.filter(({ names }) => {
        const name = names.at(-1) as string;
        return name in value && !Object.hasOwn(value, name) && endsWith([...trail, name], names);
      });
      return found.map(({ key }) => key);
    },
  };

  /** The mark makes it no one's exact spelling. */
  function otherSpelling(folded: string): string | undefined {
    return foldedParents.has(folded) ? `~${folded}` : undefined;
  }
}

/** @throws {ConfigurationError} */
function readField(key: string): Field {
  const names = key.split(".");
  if (names.includes(""))
    throw new ConfigurationError(
      `ownerParam: ${JSON.stringify(key)} must be the name of an input's field, or a path such as "where.orgId".`,
    );
  return { key, names, folded: names.map(foldName) };
}

function endsWith(path: readonly string[], names: readonly string[]): boolean {
  return isSame(path.slice(-names.length), names);
}

function isSame(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((name, index) => name === others[index]);
}
