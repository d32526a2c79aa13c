/** Ways in which frameworks write what a path here writes as `{name}` or `{name...}`. */
const spellings: readonly { readonly pattern: RegExp; readonly advice: string }[] = [
  {
    pattern: /\*/,
    advice: "`*` is not a pattern here. Write {rest...} at the end, or {name} for one segment",
  },
  { pattern: /(?:^|\/):[^/]/, advice: "write a parameter as {name}, not as :name" },
  { pattern: /<[^<>/]*>/, advice: "write a parameter as {name}, not as <name>" },
  { pattern: /\{[^{}]*:/, advice: "a parameter has a name only: {name}, or {name...} at the end" },
];

/**
 * What is wrong with a path that is meant as a pattern and would be taken literally: `/admin/*` with
 * `access: denied` would close nothing.
 *
 * @returns undefined if nothing is. `%2A`, `%3A` and `%3C` mean the characters themselves.
 */
export function foreignSpelling(path: string): string | undefined {
  return spellings.find(({ pattern }) => pattern.test(path))?.advice;
}
