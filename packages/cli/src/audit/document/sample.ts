import { type Options, sample } from "openapi-sampler";
import type { Members } from "./document.ts";
import type { Body, Operation, Parameter } from "./operation.ts";
import { exceededLimit } from "./sample-limits.ts";

const options: Options = { skipReadOnly: true, quiet: true, enablePatterns: true };

/** A value for the parameter: the document's example, or one that fits the schema, or "1". */
export function sampleParameter({ example, schema }: Parameter, { root }: Operation): string {
  const value = example ?? sampleOf(schema, root) ?? "1";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/**
 * A body: the document's example, or one that fits the schema.
 *
 * @param variant The two variants differ in every free text, so that a change made with the second is
 *   visible.
 */
export function sampleBody({ example, schema }: Body, { root }: Operation, variant: 1 | 2): unknown {
  const value = example ?? sampleOf(schema, root) ?? {};
  return variant === 1 ? value : withOtherTexts(value);
}

function sampleOf(schema: unknown, root: Members): unknown {
  if (typeof schema !== "object" || schema === null || exceededLimit(schema, root) !== undefined)
    return undefined;
  try {
    return sample(schema, options, root);
  } catch {
    // A reference to another document.
    return undefined;
  }
}

/** Replaces each free text, into which the sampler writes "stringstring…", with other letters. */
function withOtherTexts(value: unknown): unknown {
  if (typeof value === "string")
    return isFree(value) ? "edited".repeat(value.length).slice(0, value.length) : value;
  if (Array.isArray(value)) return value.map(withOtherTexts);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withOtherTexts(member)]));
}

function isFree(text: string): boolean {
  return text !== "" && "string".repeat(text.length).startsWith(text);
}
