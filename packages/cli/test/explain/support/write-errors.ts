// Writes src/explain/errors.ts from docs/errors.md and docs/guide/doctor.md:
// npx node --conditions=@usher-auth/source packages/cli/test/explain/support/write-errors.ts
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readErrors, readExamples } from "./read-documents.ts";

const file = fileURLToPath(new URL("../../../src/explain/errors.ts", import.meta.url));
writeFileSync(
  file,
  `// Written from docs/errors.md and docs/guide/doctor.md by test/explain/support/write-errors.ts. Do not edit.
import type { ExplainedError } from "./error.ts";

/** Every code, in the order of the documentation. */
export const errors: readonly ExplainedError[] = ${JSON.stringify(readErrors())};

/** What the doctor found in real systems, by cause. */
export const examples: Readonly<Record<string, string>> = ${JSON.stringify(readExamples())};
`,
);
execFileSync("npx", ["biome", "check", "--write", file], { stdio: "inherit" });
