import { inject } from "vitest";

/**
 * While a file is loaded, no mutant is active but a static one, whose thread is its own. In a thread that is
 * kept, the one before would still be, and whatever is loaded first now would stay as that mutant made it.
 */
const strykers = globalThis as { __stryker__?: { activeMutant: string | undefined } };
const provided = inject as (name: string) => unknown;
if (strykers.__stryker__ !== undefined && provided("mutantActivation") !== "static") {
  strykers.__stryker__.activeMutant = undefined;
}
