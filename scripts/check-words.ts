/** Checks the wording of docs, comments, messages and names: see `--help`. */
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { checkWords } from "./check/words/check-words.ts";

const help = `Usage: node scripts/check-words.ts [file or folder ...]

Finds words that are not plain English, or that hide what the code does, and says what to write instead.
Looks at docs, comments, strings, and the names of files and of things in code. Without arguments it looks at
the whole repository.

The list and its exceptions: scripts/check/words/words.ts
`;

const root = fileURLToPath(new URL("..", import.meta.url));

if (process.argv.includes("--help")) {
  process.stdout.write(help);
} else {
  const paths = process.argv.slice(2).map((path) => relative(root, path).split(sep).join("/"));
  const { output, exitCode } = checkWords(root, paths);
  process.stdout.write(output);
  process.exitCode = exitCode;
}
