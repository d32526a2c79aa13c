import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A folder of files that is deleted when the test ends. */
export function temporaryFiles(): {
  path(name: string): string;
  write(name: string, text: string): string;
  read(name: string): string;
} {
  const folder = mkdtempSync(join(tmpdir(), "usher-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string) => join(folder, name);
  return {
    path,
    write(name, text) {
      writeFileSync(path(name), text);
      return path(name);
    },
    read: (name) => readFileSync(path(name), "utf8"),
  };
}
