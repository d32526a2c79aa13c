import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "../rounds.ts";

/** What it costs to have Usher at all. */
export interface BundleResult {
  /**
   * Kilobytes, minified and compressed, of an application's import of the verifier, the guard and the shared
   * secret.
   */
  readonly core: number;
  /** Kilobytes of everything that the package's main entry offers. */
  readonly everything: number;
  /** Milliseconds for which the import of the main entry, as published, keeps a new process. */
  readonly importTime: number;
}

/** What an application imports that verifies by a shared secret. */
export const core = 'export { createGuard, createVerifier, sharedSecret } from "@usher-auth/verify"';

const folder = fileURLToPath(new URL("../..", import.meta.url));

export async function bundle(rounds: number): Promise<BundleResult> {
  return {
    core: await compressedSize(core),
    everything: await compressedSize('export * from "@usher-auth/verify"'),
    importTime: median(Array.from({ length: rounds }, importTime)),
  };
}

/**
 * Kilobytes of what an application bundles, minified and compressed.
 *
 * @param conditions Export conditions to go by before the usual ones.
 */
export async function compressedSize(contents: string, conditions: string[] = []): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node22",
    conditions,
    write: false,
  });
  return gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length / 1000;
}

/** In a process of its own, which has imported nothing yet. */
function importTime(): number {
  const script =
    'const start = performance.now(); await import("@usher-auth/verify"); console.log(performance.now() - start)';
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder }).toString(),
  );
}
