import { readFileSync } from "node:fs";

/** The text of a committed file. */
export function readText(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
}

/** A committed file. test/schema.test.ts checks its form. */
export function readFile<File>(name: string): File {
  return JSON.parse(readText(name)) as File;
}

/** The vectors of a committed file. */
export function readVectors<Vector>(name: string): readonly Vector[] {
  return readFile<{ readonly vectors: readonly Vector[] }>(name).vectors;
}
