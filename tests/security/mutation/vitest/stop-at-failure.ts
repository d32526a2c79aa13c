import { TestRunner } from "vitest";

/**
 * Stops loading test files after the first failure. Vitest itself skips the remaining tests, but still loads
 * their files and frameworks, which takes most of the time.
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
