import type { Segment, Template } from "../template.ts";

interface Node {
  readonly literals: Map<string, Node>;
  /** Parameters, and parts of segments. */
  readonly others: Map<string, Node>;
  /** The places of templates that end here. */
  readonly ends: number[];
  /** The places of templates whose `{rest...}` begins here. */
  readonly rests: number[];
}

/**
 * Finds which templates may fit the same path as another one, by their places in the list: some too many, and
 * in no order. Comparing each with each would take seconds for thousands of paths, in which the gate answers
 * nothing.
 */
export function overlapsAmong(templates: readonly Template[]): (template: Template) => readonly number[] {
  const root = createNode();
  for (const [place, template] of templates.entries()) add(root, template, place);
  return ({ segments }) => {
    const found: number[] = [];
    collect(root, segments, 0, found);
    return found;
  };
}

function createNode(): Node {
  return { literals: new Map(), others: new Map(), ends: [], rests: [] };
}

function add(root: Node, { segments }: Template, place: number): void {
  let node = root;
  for (const segment of segments) {
    if (segment.kind === "rest") {
      node.rests.push(place);
      return;
    }
    const children = segment.kind === "literal" ? node.literals : node.others;
    const key = keyOf(segment);
    const child = children.get(key) ?? createNode();
    children.set(key, child);
    node = child;
  }
  node.ends.push(place);
}

function keyOf(segment: Exclude<Segment, { kind: "rest" }>): string {
  if (segment.kind === "literal") return segment.text;
  return segment.kind === "partial" ? JSON.stringify(segment.literals) : "";
}

function collect(node: Node, segments: readonly Segment[], index: number, found: number[]): void {
  found.push(...node.rests);
  const segment = segments[index];
  if (segment === undefined || segment.kind === "rest") found.push(...node.ends);
  if (segment === undefined) return;
  // What `{rest...}` fits, goes on to the end.
  const next = segment.kind === "rest" ? index : index + 1;
  const literals =
    segment.kind === "literal" ? [node.literals.get(segment.text) ?? []].flat() : node.literals.values();
  for (const child of literals) collect(child, segments, next, found);
  for (const child of node.others.values()) collect(child, segments, next, found);
}
