import { isMembers, type Members } from "./document.ts";

/** The most references to follow in a row: more than any document needs, and it ends circular references. */
const longestChain = 20;

/**
 * Follows an object's `$ref`, if it has one, within the document (JSON pointers, RFC 6901).
 *
 * @returns undefined if the reference leaves the document, does not exist or is circular.
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
