/** A command and its output for a guide. */
export interface Block {
  readonly typed: string;
  readonly output: string;
}

const marker = /<!-- output: (\S+) -->\n```console\n.*?\n```/gs;

/** Replaces each block that follows `<!-- output: name -->`. Throws if a block or its place is missing. */
export function withOutputs(guide: string, blocks: ReadonlyMap<string, Block>): string {
  const used = new Set<string>();
  const text = guide.replaceAll(marker, (_all, name: string) => {
    const block = blocks.get(name);
    if (block === undefined) throw new Error(`no block has the name ${name}`);
    used.add(name);
    return `<!-- output: ${name} -->\n\`\`\`console\n$ ${block.typed}\n${block.output.trimEnd()}\n\`\`\``;
  });
  const unused = [...blocks.keys()].filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`the guide has no place for ${unused.join(", ")}`);
  return text;
}

/** Replaces the text between `<!-- name -->` and `<!-- end of name -->`. */
export function withPart(guide: string, name: string, part: string): string {
  const [start, end] = [`<!-- ${name} -->\n`, `\n<!-- end of ${name} -->`];
  const from = guide.indexOf(start) + start.length;
  const to = guide.indexOf(end);
  if (from < start.length || to < from) throw new Error(`the guide has no place for ${name}`);
  return `${guide.slice(0, from)}${part}${guide.slice(to)}`;
}
