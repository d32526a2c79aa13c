/** `npm run conformance` writes the vectors. With `--check`, it compares the committed ones instead. */
import { readFileSync, writeFileSync } from "node:fs";
import { generateFiles } from "./generator/files.ts";

// Weak secrets and unusable keys are part of the vectors.
process.removeAllListeners("warning");
process.on("warning", () => undefined);

const isCheck = process.argv.includes("--check");
for (const [name, text] of await generateFiles()) {
  const url = new URL(name, import.meta.url);
  if (!isCheck) {
    writeFileSync(url, text);
  } else if (readFileSync(url, "utf8") !== text) {
    process.stderr.write(`conformance/${name} is not what the code gives: see conformance/README.md\n`);
    process.exitCode = 1;
  }
}
