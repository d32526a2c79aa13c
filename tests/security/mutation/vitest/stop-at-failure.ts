import { TestRunner } from "vitest";
import { reportSpoiltThread } from "./spoilt-thread.ts";

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

  override async importFile(...[path, source]: Parameters<TestRunner["importFile"]>): Promise<unknown> {
    if (this.#hasFailed) return undefined;
    try {
      return await super.importFile(path, source);
    } catch (error) {
      reportSpoiltThread();
      throw error;
    }
  }
}
