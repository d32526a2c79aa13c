/** A file of vectors. The schema describes each kind of vector. */
export interface VectorFile {
  /** Without `.json`; also the name in the schema. */
  readonly name: string;
  /** What one vector is, in a sentence. */
  readonly description: string;
  /** Everything else: `vectors`, and what they share. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** The text of a vector file, in ASCII, so that no editor changes a character. */
export function textOf({ name, description, content }: VectorFile): string {
  const file = { $schema: `./schema.json#/$defs/${name}`, description, ...content };
  const text = JSON.stringify(file, null, 2);
  return `${text.replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}

/**
 * Adds the outcome of the implementation to each case, and compares it with the expected one.
 *
 * @param run Returns the members that the vector gets.
 * @throws {Error} The implementation disagrees with what the case expects, or two cases have one name.
 */
export async function complete<
  Case extends { readonly name: string; readonly expect: string },
  Added extends object,
>(cases: readonly Case[], run: (one: Omit<Case, "expect">) => Promise<Added>): Promise<readonly object[]> {
  const names = new Set<string>();
  const vectors: object[] = [];
  for (const { expect, ...one } of cases) {
    if (names.has(one.name)) throw new Error(`two cases are named "${one.name}"`);
    names.add(one.name);
    const outcome = await run(one);
    const verdict = verdictOf(outcome);
    if (verdict !== expect) throw new Error(`"${one.name}": expected ${expect}, but it is ${verdict}`);
    vectors.push({ ...one, ...outcome });
  }
  return vectors;
}

function verdictOf(outcome: object): string {
  return "refuses" in outcome ? (outcome.refuses as { code: string }).code : "accepted";
}
