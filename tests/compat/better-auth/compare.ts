import type { Difference } from "./differences.ts";
import type { Results } from "./run/own-tests.ts";

/** Of the tests that pass with `jwt()`. */
export interface Comparison {
  /** Do not pass with `usherJwt()`, and no difference names them. With their failures. */
  readonly unexplained: readonly string[];
  /** Are named by a difference, and pass. */
  readonly stale: readonly string[];
}

export function compare(
  withJwt: Results,
  withUsherJwt: Results,
  intended: readonly Difference[],
): Comparison {
  const named = new Set(intended.flatMap(({ file, titles }) => titles.map((title) => `${file} > ${title}`)));
  const differing = [...withJwt.passed].filter((title) => !withUsherJwt.passed.has(title));
  const failure = (title: string) =>
    withUsherJwt.failed.get(title) ??
    withUsherJwt.failed.get(title.split(" > ", 1)[0] ?? "") ??
    "did not run";
  return {
    unexplained: differing.filter((title) => !named.has(title)).map((title) => `${title}: ${failure(title)}`),
    stale: [...named].filter((title) => !differing.includes(title)),
  };
}
