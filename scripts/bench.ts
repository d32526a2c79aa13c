/** `npm run bench`: builds the packages, and measures the bundles. */
import { runNode } from "./run/run-node.ts";

const build = ["node_modules/tsdown/dist/run.mjs", "--log-level", "error"];
const measure = ["--expose-gc", "bench/src/main.ts", ...process.argv.slice(2)];
process.exitCode = (await runNode(build)) || (await runNode(measure));
