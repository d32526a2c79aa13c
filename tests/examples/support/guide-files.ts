import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const guides = new URL("../../../docs/guide/", import.meta.url);

/** A file that a guide shows whole: its path in the reader's project, and what is in it. */
export interface GuideFile {
  readonly path: string;
  readonly code: string;
}

/** The blocks of a guide that cannot be checked without their framework. Their first line is their path. */
export function filesOfGuide(guide: string): GuideFile[] {
  const text = readFileSync(fileURLToPath(new URL(`${guide}.md`, guides)), "utf8");
  return [...text.matchAll(/^```tsx? no-check\n\/\/ (\S+)\n(.*?)^```$/gms)].map(
    ([, path = "", code = ""]) => ({
      path,
      code,
    }),
  );
}

/** How many blocks of a guide are not checked by `npm run check`. */
export function uncheckedBlocks(guide: string): number {
  const text = readFileSync(fileURLToPath(new URL(`${guide}.md`, guides)), "utf8");
  return text.match(/^```\w+ .*no-check/gm)?.length ?? 0;
}

/** Writes files below a folder. */
export function writeFiles(folder: string, files: readonly GuideFile[]): void {
  for (const { path, code } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
}
