/** Programs that download a package by its name. */
const runners: ReadonlySet<string> = new Set(["npx", "bunx", "pnpx"]);
const managers: ReadonlySet<string> = new Set(["npm", "pnpm", "yarn", "bun"]);
const verbs: ReadonlySet<string> = new Set(["exec", "x", "dlx", "i", "install", "add", "create"]);
/** Our subcommands under the wrong name. */
const program = /(?<![\w@/.-])usher (?:doctor|audit|fingerprint|decode|revoke|revocations)\b/;

/**
 * The lines of a text that tell users to run `usher` instead of `usher-auth`. In the registry, `usher` is
 * another project's package, and npx would run it with whatever is piped into it.
 */
export function foreignCommands(file: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const found = fetched(line) ?? program.exec(line)?.[0];
    return found === undefined
      ? []
      : [`${file}:${index + 1}: "${found}": the package and its program are usher-auth`];
  });
}

/** The words that download it, or undefined. */
function fetched(line: string): string | undefined {
  const words = line.split(/[^\w@/=-]+/);
  const at = words.findIndex((word, index) => {
    const isManager = managers.has(word) && verbs.has(words[index + 1] ?? "");
    if (!runners.has(word) && !isManager) return false;
    return words.slice(index + (isManager ? 2 : 1)).find((next) => !next.startsWith("-")) === "usher";
  });
  return at === -1 ? undefined : words.slice(at, words.indexOf("usher", at) + 1).join(" ");
}
