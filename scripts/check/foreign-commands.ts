/** What fetches a package by its name and runs or installs it, with the flags that may follow. */
const fetches =
  /\b(?:npx|bunx|(?:npm|pnpm|yarn|bun) (?:exec|x|dlx|i|install|add|create))((?: +-{1,2}[\w=-]+)*) +usher(?![\w@/-])/;
/** Our program under the name that is not ours. */
const program = /(?<![\w@/.-])usher (?:doctor|audit|fingerprint|decode|revoke|revocations)\b/;

/**
 * The lines of a text that have somebody type `usher` for `usher-auth`. In the registry that is a stranger's package,
 * which npx would run with whatever is piped into it.
 */
export function foreignCommands(file: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const found = (fetches.exec(line) ?? program.exec(line))?.[0];
    return found === undefined ? [] : [`${file}:${index + 1}: "${found}": the package and its program are usher-auth`];
  });
}
