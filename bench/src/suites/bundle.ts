import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median } from "../rounds.ts";

/** What importing Usher costs. */
export interface BundleResult {
  /** Kilobytes of the verifier, the guard and the shared secret, minified and compressed. */
  readonly core: number;
  /** Kilobytes of everything that the main entry exports. */
  readonly everything: number;
  /** Milliseconds that a new process takes to import the published main entry. */
  readonly importTime: number;
}

/** What an application that verifies with a shared secret imports. */
export const core = `
  export { createVerifier, sharedSecret } from "@usher-auth/verify";
  export { createGuard } from "@usher-auth/verify/guard";
`;

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
 * @param conditions Additional export conditions.
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

/** Measured in a new process, which has not imported anything yet. */
function importTime(): number {
  const script =
    'const start = performance.now(); await import("@usher-auth/verify"); console.log(performance.now() - start)';
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder }).toString(),
  );
}
