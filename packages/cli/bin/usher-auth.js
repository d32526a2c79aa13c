#!/usr/bin/env node
// Uses only syntax that Node 14 can parse, so that an old Node gets a clear message.
import { existsSync } from "node:fs";

/** The same version as `engines` in package.json, which is that of undici. */
const oldest = [22, 19];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  process.stderr.write(
    `usher-auth: needs Node.js ${oldest.join(".")} or newer, but this is ${process.versions.node}.\n`,
  );
  process.exitCode = 2;
} else {
  // Only exists in a checkout of the repository, not in the package.
  const fromSource = new URL("../from-source.js", import.meta.url);
  import(existsSync(fromSource) ? fromSource.href : "../dist/main.js");
}
