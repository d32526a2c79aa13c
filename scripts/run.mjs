/**
 * Runs the program of an npm script: `node -- scripts/run.mjs <program> [argument ...]`. Installs missing
 * native parts of the tools first.
 *
 * Plain JavaScript, so that a Node.js without type stripping can print what is wrong with it. npm uses the
 * Node.js of the optional dependency when it is installed, and the machine's own otherwise.
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

if (!process.features.typescript) {
  process.stderr.write(
    `This repository needs Node.js 22.18 or later (23.6 or later for version 23), and this is Node.js ${process.versions.node}: install a newer one, or run "npm ci" without --omit=optional, which installs Node.js 24\n`,
  );
  process.exit(1);
}

// Before Node.js 24, type stripping and node:sqlite are experimental.
const [printWarning] = process.listeners("warning");
process.removeAllListeners("warning").on("warning", (warning) => {
  if (warning.name !== "ExperimentalWarning") printWarning?.(warning);
});

const { addMissingParts } = await import("./run/native-parts.ts");
await addMissingParts();

const [node, , program, ...args] = process.argv;
process.argv = [node, resolve(program), ...args];
await import(pathToFileURL(resolve(program)).href);
