import { type Members, membersOf } from "./document.ts";
import type { Operation } from "./operation.ts";
import { resolveReference } from "./reference.ts";

/**
 * The most that a made-up value may be. A schema may ask for more in a few characters, which would fill the
 * memory.
 */
const most = {
  minLength: 10_000,
  minItems: 100,
  /** Characters of a pattern, and what its `{…}` come to. */
  patternLength: 200,
  patternRepeats: 1_000,
  /** Values, of lists and objects within each other. */
  parts: 10_000,
  depth: 50,
} as const;

/**
 * What a schema asks for that is too much to make up, in a few words; undefined where nothing is. Follows it
 * the way the sampler does.
 */
export function excessOf(schema: unknown, root: Members): string | undefined {
  let parts = 0;
  return look(schema, 0, 1, []);

  function look(given: unknown, depth: number, times: number, above: readonly unknown[]): string | undefined {
    const found = resolveReference(given, root);
    // A reference into itself ends there, for the sampler as well.
    if (found === undefined || above.includes(found)) return undefined;
    parts += times;
    if (parts > most.parts) return `more than ${most.parts} values within each other`;
    if (depth > most.depth) return `schemas nested deeper than ${most.depth}`;
    const own = ownExcess(found);
    if (own !== undefined) return own;
    const within = [...above, found];
    for (const { schema: child, count } of childrenOf(found)) {
      const excess = look(child, depth + 1, times * count, within);
      if (excess !== undefined) return excess;
    }
    return undefined;
  }
}

/** Of a request that is made up for an operation. What has an example of its own is not. */
export function excessIn({ parameters, body, root }: Operation): string | undefined {
  const schemas = [...parameters, ...(body === undefined ? [] : [body])].filter(
    ({ example }) => example === undefined,
  );
  for (const { schema } of schemas) {
    const excess = excessOf(schema, root);
    if (excess !== undefined) return excess;
  }
  return undefined;
}

function ownExcess({ minLength, minItems, pattern }: Members): string | undefined {
  if (Number(minLength) > most.minLength) return `minLength ${Number(minLength)}`;
  if (Number(minItems) > most.minItems) return `minItems ${Number(minItems)}`;
  if (typeof pattern !== "string") return undefined;
  if (pattern.length > most.patternLength) return `a pattern of ${pattern.length} characters`;
  const repeats = [...pattern.matchAll(/\{(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  return repeats > most.patternRepeats ? `a pattern that repeats ${repeats} times` : undefined;
}

function childrenOf(schema: Members): { schema: unknown; count: number }[] {
  const once = (schemas: readonly unknown[]) => schemas.map((child) => ({ schema: child, count: 1 }));
  const { items, contains, additionalProperties, properties, minItems } = schema;
  const { if: condition, then: consequence } = schema;
  return [
    ...once(Object.values(membersOf(properties))),
    ...once(["allOf", "prefixItems", "items"].flatMap((name) => listOf(schema[name]))),
    ...once(["oneOf", "anyOf"].map((name) => listOf(schema[name])[0])),
    ...once([condition, consequence]),
    { schema: items ?? contains, count: Math.max(1, Number(minItems) || 1) },
    { schema: additionalProperties, count: 2 },
  ];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
