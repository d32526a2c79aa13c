/**
 * Checks that no text tells users to run the package `usher`, which is another project's: ours is
 * `usher-auth`.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { foreignCommands } from "./check/commands/foreign-commands.ts";
import { repositoryFiles } from "./check/repository-files.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));

const isText = /\.(?:md|[cm]?[jt]sx?|json|ya?ml|txt|html|sh|toml)$/;
const files = repositoryFiles(root).filter((file) => isText.test(file));
const faults = files.flatMap((file) => foreignCommands(file, readFileSync(join(root, file), "utf8")));
process.stdout.write(`${files.length} files\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;
