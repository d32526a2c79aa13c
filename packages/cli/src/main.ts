#!/usr/bin/env node
import manifest from "../package.json" with { type: "json" };
import { type Program, runCommandLine } from "./command-line.ts";

const program: Program = {
  name: "usher",
  version: manifest.version,
  description: "Says why a token is refused, and proves that no endpoint was forgotten",
  entries: {
    fingerprint: {
      description: "Show a secret's fingerprint: the same on both sides means the same secret",
      load: () => import("./commands/fingerprint.ts"),
    },
    decode: {
      description: "Show what a token says. Verifies nothing",
      load: () => import("./commands/decode.ts"),
    },
  },
};

// Whoever reads the output may leave before all of it is written.
process.stdout.on("error", () => {});

process.exitCode = await runCommandLine(program, process.argv.slice(2), {
  environment: process.env,
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
});
