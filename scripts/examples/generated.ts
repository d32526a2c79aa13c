import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What installing and building an example writes into its folder. Git ignores all of it. */
const names = [
  "node_modules",
  "dist",
  "build",
  ".data",
  "tsconfig.tsbuildinfo",
  // Next.js, SvelteKit, Expo
  ".next",
  "next-env.d.ts",
  ".guide",
  "auth.sqlite",
  ".svelte-kit",
  ".expo",
];

/**
 * Notes what is generated in this folder already.
 *
 * @returns removes what has been generated since
 */
export function watchGenerated(folder: string): () => void {
  const added = names.map((name) => join(folder, name)).filter((path) => !existsSync(path));
  return () => {
    for (const path of added) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
  };
}
