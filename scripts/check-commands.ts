/**
 * Checks that no text has anyone run the package `usher` of the registry, which is not ours: ours is
 * `usher-auth`.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { foreignCommands } from "./check/commands/foreign-commands.ts";

const root = process.argv[2] ?? fileURLToPath(new URL("..", import.meta.url));

const files = textFiles();
const faults = files.flatMap((file) => foreignCommands(file, readFileSync(join(root, file), "utf8")));
process.stdout.write(`${files.length} files\n`);
for (const fault of faults) process.stderr.write(`${fault}\n`);
if (faults.length > 0) process.exitCode = 1;

/**
 * All that git knows of or would; where there is no git, as in an unpacked archive, all but what is installed
 * or built.
 */
function textFiles(): string[] {
  const isText = /\.(?:md|[cm]?[jt]sx?|json|ya?ml|txt|html|sh|toml)$/;
  return listed().filter((file) => isText.test(file) && existsSync(join(root, file)));
}

function listed(): string[] {
  const command = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { status, stdout } = spawnSync("git", command, { cwd: root, encoding: "utf8" });
  if (status === 0) return stdout.split("\0");
  const exclude = (name: string) => ["node_modules", "dist", ".git", ".data"].includes(basename(name));
  return globSync("**/*", { cwd: root, exclude });
}
