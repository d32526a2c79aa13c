#!/usr/bin/env node
// The program's start. Kept to what Node 14 can parse: whoever has an old Node is told so, and by nothing else.
import { existsSync } from "node:fs";

/** What package.json asks for in `engines`. */
const oldest = 22;

if (Number(process.versions.node.split(".")[0]) < oldest) {
  process.stderr.write(
    `usher-auth: needs Node.js ${oldest} or newer, and this is ${process.versions.node}.\n`,
  );
  process.exitCode = 2;
} else {
  // In a checkout of the repository, where nothing needs to be built first. It is not part of the package.
  const fromSource = new URL("../from-source.js", import.meta.url);
  import(existsSync(fromSource) ? fromSource.href : "../dist/main.js");
}
