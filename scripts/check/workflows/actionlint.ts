import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const version = "v1.7.12";
const folder = fileURLToPath(
  new URL(`../../../node_modules/.cache/usher/actionlint-${version}`, import.meta.url),
);
const installed = join(folder, process.platform === "win32" ? "actionlint.exe" : "actionlint");

/** The program, or why there is none. */
export type Actionlint =
  | { readonly program: string; readonly missing?: never }
  | { readonly program?: undefined; readonly missing: string };

/** Finds actionlint in the cache or in PATH. Does NOT install it. */
export function cachedActionlint(): Actionlint {
  const program = [installed, "actionlint"].find((name) => starts(name, ["-version"]));
  return program === undefined
    ? { missing: "actionlint is not installed: npm run check:workflows installs it" }
    : { program };
}

/** Finds actionlint, or installs it with Go. */
export function findActionlint(): Actionlint {
  const cached = cachedActionlint();
  if (cached.program !== undefined) return cached;
  if (!starts("go", ["version"])) return { missing: "neither actionlint nor Go is installed" };
  process.stdout.write("Installing actionlint with Go …\n");
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync(
    "go",
    ["install", `github.com/rhysd/actionlint/cmd/actionlint@${version}`],
    { encoding: "utf8", env: { ...process.env, GOBIN: folder, GOFLAGS: "-mod=mod" } },
  );
  return status === 0 && existsSync(installed)
    ? { program: installed }
    : { missing: `Go could not install actionlint (${stderr.trim().split("\n").at(-1)})` };
}

function starts(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
