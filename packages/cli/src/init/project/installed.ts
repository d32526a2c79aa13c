import { lstat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Whether each of these packages is in a `node_modules` of the folder, or of one above it. */
export async function areInstalled(folder: string, names: readonly string[]): Promise<boolean> {
  const found = await Promise.all(names.map((name) => isInstalled(folder, name)));
  return found.every(Boolean);
}

async function isInstalled(folder: string, name: string): Promise<boolean> {
  for (let at = resolve(folder); ; at = dirname(at)) {
    // Yarn can do without node_modules: then it is not known.
    for (const path of [join("node_modules", name), ".pnp.cjs"])
      if ((await lstat(join(at, path)).catch(() => undefined)) !== undefined) return true;
    if (at === dirname(at)) return false;
  }
}
