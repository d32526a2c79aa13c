import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Slow test files, from many cases over frameworks that take time to load to seconds of work. */
const slow = [
  /\/(base64url|ecdsa-der|verifier|logout\/token)\.test\.ts$/,
  /\/test\/(adapters|logout|websocket)\/|\/policies\.test\.ts$/,
  /\/(fetch-jwks|jwk|remote-jwks|hmac|table)\.test\.ts$|\/(security|contract)\//,
];

/**
 * Runs quick test files first: the first failing test ends the run of a mutant. Vitest itself would begin
 * with the slowest file.
 */
export class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => slow.findIndex((names) => names.test(moduleId));
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
