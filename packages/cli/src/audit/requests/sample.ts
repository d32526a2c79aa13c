import { type Options, sample } from "openapi-sampler";
import type { Members } from "../../openapi/document.ts";
import type { Body, Operation, Parameter } from "../../openapi/operation.ts";
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
 * @param word What to write into every free text, to recognise the object later. Default: "string".
 */
export function sampleBody({ example, schema }: Body, { root }: Operation, word?: string): unknown {
  const value = example ?? sampleOf(schema, root) ?? {};
  return word === undefined ? value : withOtherTexts(value, word);
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

/** Replaces each free text, into which the sampler writes "stringstring…". */
function withOtherTexts(value: unknown, word: string): unknown {
  if (typeof value === "string") return isFree(value) ? fill(value.length, word) : value;
  if (Array.isArray(value)) return value.map((member) => withOtherTexts(member, word));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withOtherTexts(member, word)]),
  );
}

/** Repeats the word. Only a schema with a `maxLength` makes the sampler write less than "string". */
function fill(length: number, word: string): string {
  return word.repeat(length).slice(0, length < "string".length ? length : Math.max(length, word.length));
}

function isFree(text: string): boolean {
  return text !== "" && "string".repeat(text.length).startsWith(text);
}
