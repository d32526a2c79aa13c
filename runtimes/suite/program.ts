/** The suite as a program: for Node, Bun and Deno. */
import { printResults } from "./results.ts";

await printResults();
