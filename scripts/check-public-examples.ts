/**
 * Checks that every function, class and options type that a package exports has a docstring with an
 * `@example`. check-docs.ts compiles them.
 */
import { fileURLToPath } from "node:url";
import { missingExamples } from "./check/docs/missing-examples.ts";
import { publicNames } from "./check/docs/public-api.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

const names = publicNames(root);
const missing = missingExamples(names);
for (const { file, name, module, kind } of missing)
  process.stdout.write(`${file}: ${kind} ${name} of ${module}: no docstring with an @example\n`);
process.stdout.write(`${names.length} public names, ${missing.length} without an example\n`);
if (missing.length > 0) process.exitCode = 1;
