import { isMembers, type Members } from "./document.ts";

/** References may lead to references. Nobody needs as many as this, and a circle has more. */
const longestChain = 20;

/**
 * What an object is once its `$ref`, if it has one, is followed within the document (RFC 6901 pointers).
 *
 * @returns undefined where it leads out of the document, to nowhere, or in a circle.
 */
export function resolveReference(value: unknown, root: Members): Members | undefined {
  let current = value;
  for (let step = 0; step < longestChain; step++) {
    if (!isMembers(current)) return undefined;
    if (typeof current.$ref !== "string") return current;
    current = follow(current.$ref, root);
  }
  return undefined;
}

function follow(reference: string, root: Members): unknown {
  if (!reference.startsWith("#/")) return undefined;
  let current: unknown = root;
  for (const part of reference.slice(2).split("/")) {
    const name = safeDecode(part).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, name)) return undefined;
    current = (current as Members)[name];
  }
  return current;
}

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
