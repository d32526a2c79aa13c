import { type Members, membersOf } from "../../openapi/document.ts";
import type { Operation } from "../../openapi/operation.ts";
import { resolveReference } from "../../openapi/reference.ts";

/** Limits for generated values. A few characters of a schema can ask for more than fits into memory. */
const limits = {
  minLength: 10_000,
  minItems: 100,
  /** Characters of a pattern, and the sum of its `{…}`. */
  patternLength: 200,
  patternRepeats: 1_000,
  /** Values in nested lists and objects. */
  parts: 10_000,
  depth: 50,
} as const;

/**
 * The limit that a schema exceeds, in a few words; undefined if none. Walks the schema as the sampler does.
 */
export function exceededLimit(schema: unknown, root: Members): string | undefined {
  let parts = 0;
  return look(schema, 0, 1, []);

  function look(given: unknown, depth: number, times: number, above: readonly unknown[]): string | undefined {
    const found = resolveReference(given, root);
    // A schema inside itself: the sampler stops here, too.
    if (found === undefined || above.includes(found)) return undefined;
    parts += times;
    if (parts > limits.parts) return `more than ${limits.parts} nested values`;
    if (depth > limits.depth) return `schemas nested deeper than ${limits.depth}`;
    const own = ownExceededLimit(found);
    if (own !== undefined) return own;
    const path = [...above, found];
    for (const { schema: child, count } of childrenOf(found)) {
      const exceeded = look(child, depth + 1, times * count, path);
      if (exceeded !== undefined) return exceeded;
    }
    return undefined;
  }
}

/** The limit that an operation's request exceeds. Parameters and bodies with an example are not generated. */
export function exceededLimitIn({ parameters, body, root }: Operation): string | undefined {
  const schemas = [...parameters, ...(body === undefined ? [] : [body])].filter(
    ({ example }) => example === undefined,
  );
  for (const { schema } of schemas) {
    const exceeded = exceededLimit(schema, root);
    if (exceeded !== undefined) return exceeded;
  }
  return undefined;
}

function ownExceededLimit({ minLength, minItems, pattern }: Members): string | undefined {
  if (Number(minLength) > limits.minLength) return `minLength ${Number(minLength)}`;
  if (Number(minItems) > limits.minItems) return `minItems ${Number(minItems)}`;
  if (typeof pattern !== "string") return undefined;
  if (pattern.length > limits.patternLength) return `a pattern of ${pattern.length} characters`;
  const repeats = [...pattern.matchAll(/\{(\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  return repeats > limits.patternRepeats ? `a pattern that repeats ${repeats} times` : undefined;
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
