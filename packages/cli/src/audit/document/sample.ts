import { type Options, sample } from "openapi-sampler";
import type { Members } from "./document.ts";
import type { Body, Operation, Parameter } from "./operation.ts";
import { excessOf } from "./sample-limits.ts";

const options: Options = { skipReadOnly: true, quiet: true, enablePatterns: true };

/**
 * A value that fits the parameter's schema: the document's own example where there is one, "1" where it asks
 * for too much.
 */
export function sampleParameter({ example, schema }: Parameter, { root }: Operation): string {
  const value = example ?? sampleOf(schema, root) ?? "1";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * A body that fits the schema: the document's own example where there is one.
 *
 * @param variant Two of them differ in every text that is free, so that a change by the second can be seen.
 */
export function sampleBody({ example, schema }: Body, { root }: Operation, variant: 1 | 2): unknown {
  const value = example ?? sampleOf(schema, root) ?? {};
  return variant === 1 ? value : otherwise(value);
}

function sampleOf(schema: unknown, root: Members): unknown {
  if (typeof schema !== "object" || schema === null || excessOf(schema, root) !== undefined) return undefined;
  try {
    return sample(schema, options, root);
  } catch {
    // A reference that leads out of the document.
    return undefined;
  }
}

/**
 * The sampler writes "string", as often as it takes, into every text that is free: other letters are as
 * valid.
 */
function otherwise(value: unknown): unknown {
  if (typeof value === "string")
    return isFree(value) ? "edited".repeat(value.length).slice(0, value.length) : value;
  if (Array.isArray(value)) return value.map(otherwise);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, otherwise(member)]));
}

function isFree(text: string): boolean {
  return text !== "" && "string".repeat(text.length).startsWith(text);
}
