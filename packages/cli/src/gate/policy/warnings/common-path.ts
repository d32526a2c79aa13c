import { splitPartial } from "../partial.ts";
import type { Segment } from "../template.ts";

/** In place of a parameter. */
const anything = "x";

/**
 * A path that two templates may both fit; undefined if there is none. Two segments such as `{name}.json` are
 * taken to have one in common if their ends agree.
 */
export function commonPath(one: readonly Segment[], other: readonly Segment[]): string | undefined {
  const path: string[] = [];
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const [first, second] = [at(one, index), at(other, index)];
    const segment = first === undefined || second === undefined ? undefined : commonSegment(first, second);
    if (segment === undefined) return undefined;
    path.push(segment);
  }
  return `/${path.join("/")}`;
}

/** `{rest...}` goes on to the end. */
function at(segments: readonly Segment[], index: number): Segment | undefined {
  const last = segments.at(-1);
  return segments[index] ?? (last?.kind === "rest" ? last : undefined);
}

function commonSegment(one: Segment, other: Segment): string | undefined {
  if (one.kind === "rest") return exampleOf(other);
  if (other.kind === "rest") return exampleOf(one);
  if (one.kind === "literal") return fits(one.text, other) ? one.text : undefined;
  if (other.kind === "literal") return fits(other.text, one) ? other.text : undefined;
  if (one.kind === "parameter") return exampleOf(other);
  if (other.kind === "parameter") return exampleOf(one);
  const start = longest(one.literals[0], other.literals[0], (text, part) => text.startsWith(part));
  const end = longest(one.literals.at(-1), other.literals.at(-1), (text, part) => text.endsWith(part));
  return start === undefined || end === undefined ? undefined : start + anything + end;
}

function fits(text: string, segment: Segment): boolean {
  if (segment.kind === "literal") return segment.text === text;
  return text !== "" && (segment.kind !== "partial" || splitPartial(text, segment.literals) !== undefined);
}

function exampleOf(segment: Segment): string {
  if (segment.kind === "literal") return segment.text;
  return segment.kind === "partial" ? segment.literals.join(anything) : anything;
}

/** The longer of two texts that agree. */
function longest(one = "", other = "", agree: (text: string, part: string) => boolean): string | undefined {
  if (agree(one, other)) return one;
  return agree(other, one) ? other : undefined;
}
