import { type Result, runChecks } from "./check.ts";
import { coreChecks } from "./core.ts";
import { fetchChecks } from "./fetch.ts";

/** Stands before the results, which are one line of JSON among whatever else a runtime prints. */
const mark = "usher-results ";

export async function printResults(): Promise<void> {
  const results: Result[] = await runChecks([
    ...coreChecks.map(({ name, run }) => ({ name: `core: ${name}`, run })),
    ...fetchChecks.map(({ name, run }) => ({ name: `fetch: ${name}`, run })),
  ]);
  console.log(mark + JSON.stringify(results));
}
