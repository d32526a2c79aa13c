import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** Inside the repository, so that the bundles find Fastify in its node_modules. */
const cache = join(root, "node_modules/.cache/usher-compare");

/** This tree's folder. */
export const thisTree = root;

/**
 * The folder of another tree.
 *
 * @param name A folder with a checkout, or a commit of this repository, whose packages are then unpacked.
 */
export function treeOf(name: string): string {
  if (existsSync(join(name, "packages/verify/package.json"))) return resolve(name);
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "tree-"));
  const archive = join(folder, "tree.tar");
  execFileSync("git", ["archive", "--output", archive, name, "packages/verify"], { cwd: root });
  execFileSync("tar", ["-xf", archive, "-C", folder]);
  return folder;
}

/** Bundles the app of `server.ts` with a tree's `@usher-auth/verify`. Returns the bundle's path. */
export async function bundleApp(tree: string, name: string): Promise<string> {
  const outfile = join(cache, `${name}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL("./server.ts", import.meta.url))],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external: ["fastify"],
    plugins: [sourcesOf(tree)],
  });
  return outfile;
}

/** Resolves the package's names to the sources of one tree, by the exports of its package.json. */
function sourcesOf(tree: string): Plugin {
  const folder = join(tree, "packages/verify");
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return {
    name: "usher-sources",
    setup({ onResolve }) {
      onResolve({ filter: /^@usher-auth\/verify(?:\/|$)/ }, ({ path }) => ({
        path: join(folder, exports[path.replace("@usher-auth/verify", ".")]["@usher-auth/source"]),
      }));
    },
  };
}
