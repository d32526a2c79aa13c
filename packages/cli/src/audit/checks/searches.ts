import { membersOf } from "../../openapi/document.ts";
import type { Operation, Parameter } from "../../openapi/operation.ts";
import { resolveReference } from "../../openapi/reference.ts";
import type { Evidence } from "../verdicts/evidence.ts";

/** A search for another user's data. */
export interface Search {
  /** The query parameter. */
  readonly name: string;
  readonly text: string;
  /** What identifies the data in the answer. An answer may repeat the text that it was asked for. */
  readonly recognised: Evidence;
}

/** Query parameters to try in an operation. */
const most = 5;

/**
 * Searches by each query parameter for free text: for the beginning of a text, which the answer then
 * completes; and for the whole word, for searches of whole words.
 */
export function searchesFor(evidence: Evidence, operation: Operation): Search[] {
  const { word, texts } = evidence;
  const [first] = texts;
  const known = word ?? first?.value;
  if (known === undefined) return [];
  const start = known.slice(0, Math.ceil(known.length * 0.7));
  return operation.parameters
    .filter((parameter) => isFreeText(parameter, operation))
    .slice(0, most)
    .flatMap(({ name }) => [
      { name, text: start, recognised: evidence },
      ...(word === undefined ? [] : [{ name, text: word, recognised: { ...evidence, word: undefined } }]),
    ]);
}

function isFreeText(parameter: Parameter, { root }: Operation): boolean {
  const isPrintable = /^[\w.[\]-]{1,40}$/.test(parameter.name);
  if (parameter.in !== "query" || parameter.owner !== undefined || !isPrintable) return false;
  const { type, enum: values, format, pattern } = membersOf(resolveReference(parameter.schema, root));
  return [type].flat().includes("string") && [values, format, pattern].every((limit) => limit === undefined);
}
