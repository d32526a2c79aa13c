import { BaseSequencer, type TestSpecification } from "vitest/node";

/** What a test's file takes before it can tell anything: a framework to load, or keys to make and cases by the thousand. */
const costs = [
  /\/(elysia|express|fastify|fetch|h3|hono|koa|nestjs|node|policy|socket-io|trpc|upgrade|session|endpoint)\.test\.ts$/,
  /\/(base64url|ecdsa-der|jwk|table|verifier)\.test\.ts$|\/security\//,
];

/**
 * A mutant is done with at the first test that fails. So the quick ones go first: vitest's own order begins with what
 * took longest.
 */
export class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => costs.findIndex((names) => names.test(moduleId));
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
