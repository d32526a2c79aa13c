import { spawnSync } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { basename, join, sep } from "node:path";

/** The client that Prisma generated. */
const generated = /(?:^|\/)prisma\/generated\//;

/**
 * The files below a folder that git tracks or would track, except generated code. Without git, as in an
 * unpacked archive, everything except what is installed or built.
 */
export function repositoryFiles(root: string): string[] {
  const command = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { status, stdout } = spawnSync("git", command, { cwd: root, encoding: "utf8" });
  const exclude = (name: string) => ["node_modules", "dist", ".git", ".data"].includes(basename(name));
  const listed = status === 0 ? stdout.split("\0") : globSync("**/*", { cwd: root, exclude });
  const files = listed.filter((file) => file !== "" && existsSync(join(root, file)));
  const paths = files.map((file) => file.replaceAll(sep, "/"));
  return paths.filter((path) => !generated.test(path)).sort();
}
