import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

/** A file as it is in the package. */
export interface Template {
  /** Its path in the new project, with `/` between. */
  readonly path: string;
  readonly content: string;
}

/** The name that npm keeps when it packs a file, which in a project has another name. */
const renamed = /(^|\/)([^/]+)\.template$/;

/** The folder of this package, from its sources as well as from what is built. */
function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** The files of a folder of starters. */
export function readTemplates(name: string): Template[] {
  const folder = join(packageFolder(), "starters", name);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = relative(folder, file).replaceAll(sep, "/").replace(renamed, "$1.$2");
      return { path, content: readFileSync(file, "utf8") };
    })
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}
