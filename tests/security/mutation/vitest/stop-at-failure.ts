import { TestRunner } from "vitest";

/**
 * Once a test has failed, the mutant is done with. Vitest then skips the tests of the files to come, but
 * loads them all the same, with their frameworks, which is most of what a mutant costs.
 */
export default class StopAtFailure extends TestRunner {
  #hasFailed = false;

  override cancel(reason: Parameters<TestRunner["cancel"]>[0]): void {
    this.#hasFailed = true;
    super.cancel(reason);
  }

  override importFile(
    ...[path, source]: Parameters<TestRunner["importFile"]>
  ): ReturnType<TestRunner["importFile"]> {
    return this.#hasFailed ? undefined : super.importFile(path, source);
  }
}
