import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The file of a program. Undefined if it is not installed. */
export function findProgram(name: string): string | undefined {
  // Debian's users have no /usr/sbin on their path.
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
