import type { Segment } from "./template.ts";

const ranks: Readonly<Record<Segment["kind"], number>> = { literal: 3, partial: 2, parameter: 1, rest: 0 };

/**
 * Whether a template is more concrete than another one that fits the same path: nowhere less concrete, and
 * somewhere more. Routers disagree on `/{a}/export` and `/users/{b}`: most take the one that was declared
 * first. So neither of these is more concrete.
 */
export function isMoreConcrete(one: readonly Segment[], other: readonly Segment[]): boolean {
  let isMore = false;
  const length = Math.max(one.length, other.length);
  for (let index = 0; index < length; index++) {
    const difference = rankAt(one, index) - rankAt(other, index);
    if (difference < 0) return false;
    if (difference > 0) isMore = true;
  }
  return isMore;
}

/** `{rest...}` goes on to the end. No segment is as concrete as an empty one, which a slash at the end adds. */
function rankAt(segments: readonly Segment[], index: number): number {
  const segment = segments[index] ?? segments.at(-1);
  if (segment === undefined) return ranks.literal;
  return index < segments.length || segment.kind === "rest" ? ranks[segment.kind] : ranks.literal;
}
