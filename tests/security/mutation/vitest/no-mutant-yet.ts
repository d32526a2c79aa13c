import { inject } from "vitest";

/**
 * Deactivates the mutant while a test file is loaded, except for static mutants, which have their own thread.
 * In a shared thread the previous mutant would still be active, and modules that are loaded now would keep
 * its effects.
 */
const strykers = globalThis as { __stryker__?: { activeMutant: string | undefined } };
const provided = inject as (name: string) => unknown;
if (strykers.__stryker__ !== undefined && provided("mutantActivation") !== "static") {
  strykers.__stryker__.activeMutant = undefined;
}
