import { splitPartial } from "./partial.ts";
import { fold, type Segment, type Template } from "./template.ts";

/** A template that fits a path. */
export interface Fit<Value> {
  readonly value: Value;
  /** False: only for a router that ignores case, or a slash at the end. */
  readonly isExact: boolean;
}

/** Templates by their segments, from the root of the path. */
export interface Trie<Value> {
  add(template: Template, value: Value): void;
  /** Every template that fits the path. Each node is visited at most once, whatever the path. */
  fits(segments: readonly string[]): readonly Fit<Value>[];
}

interface Entry<Value> {
  readonly value: Value;
  readonly segments: readonly Segment[];
}

interface Node<Value> {
  readonly literals: Map<string, Node<Value>>;
  readonly partials: { readonly folded: readonly string[]; readonly node: Node<Value> }[];
  parameter: Node<Value> | undefined;
  /** Templates that end here. */
  readonly ends: Entry<Value>[];
  /** Templates whose `{rest...}` begins here. */
  readonly rests: Entry<Value>[];
}

export function createTrie<Value>(): Trie<Value> {
  const root = createNode<Value>();

  function visit(
    node: Node<Value>,
    index: number,
    segments: readonly string[],
    folded: string[],
    found: Fit<Value>[],
  ): void {
    const { length } = segments;
    const isSlashLeft = index === length - 1 && segments[index] === "";
    if (index === length) {
      for (const end of node.ends) found.push({ value: end.value, isExact: isExact(end, segments) });
      // As if the path had a slash at its end.
      for (const end of node.literals.get("")?.ends ?? []) found.push({ value: end.value, isExact: false });
      for (const rest of node.rests) found.push({ value: rest.value, isExact: false });
      return;
    }
    for (const rest of node.rests) found.push({ value: rest.value, isExact: isExact(rest, segments) });
    // As if it had none.
    if (isSlashLeft) for (const end of node.ends) found.push({ value: end.value, isExact: false });
    // Not of segments that no template reaches: a path may have thousands.
    folded[index] ??= fold(segments[index] as string);
    const segment = folded[index];
    const literal = node.literals.get(segment);
    if (literal !== undefined) visit(literal, index + 1, segments, folded, found);
    if (segment === "") return;
    for (const partial of node.partials) {
      if (splitPartial(segment, partial.folded) !== undefined)
        visit(partial.node, index + 1, segments, folded, found);
    }
    if (node.parameter !== undefined) visit(node.parameter, index + 1, segments, folded, found);
  }

  return {
    add({ segments }, value) {
      let node = root;
      for (const segment of segments) {
        if (segment.kind === "rest") {
          node.rests.push({ value, segments });
          return;
        }
        node = childOf(node, segment);
      }
      node.ends.push({ value, segments });
    },
    fits(segments) {
      const found: Fit<Value>[] = [];
      visit(root, 0, segments, [], found);
      return found;
    },
  };
}

function createNode<Value>(): Node<Value> {
  return { literals: new Map(), partials: [], parameter: undefined, ends: [], rests: [] };
}

function childOf<Value>(node: Node<Value>, segment: Exclude<Segment, { kind: "rest" }>): Node<Value> {
  if (segment.kind === "parameter") {
    node.parameter ??= createNode();
    return node.parameter;
  }
  if (segment.kind === "literal") {
    const known = node.literals.get(segment.folded) ?? createNode<Value>();
    node.literals.set(segment.folded, known);
    return known;
  }
  const { folded } = segment;
  const known = node.partials.find((partial) => partial.folded.join("/") === folded.join("/"));
  if (known !== undefined) return known.node;
  const child = createNode<Value>();
  node.partials.push({ folded, node: child });
  return child;
}

/** The path fits when case is ignored. Does it without? */
function isExact<Value>({ segments: template }: Entry<Value>, segments: readonly string[]): boolean {
  for (let index = 0; index < template.length; index++) {
    const segment = template[index] as Segment;
    const text = segments[index] as string;
    if (segment.kind === "literal" && segment.text !== text) return false;
    if (segment.kind === "partial" && splitPartial(text, segment.literals) === undefined) return false;
  }
  return true;
}
