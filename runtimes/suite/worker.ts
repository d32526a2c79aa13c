/** The suite as a worker: `workerd test` calls `test`. A framework of its own wants a default export. */
import { printResults } from "./results.ts";

export default { test: printResults };
