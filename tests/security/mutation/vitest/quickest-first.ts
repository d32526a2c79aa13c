import { BaseSequencer, type TestSpecification } from "vitest/node";

/**
 * What keeps a file of tests from being quick, from little to much: many cases, a framework to load, seconds
 * of work.
 */
const costs = [
  /\/(base64url|ecdsa-der|verifier|logout\/token)\.test\.ts$/,
  /\/(elysia|express|fastify|fetch|h3|hono|koa|nestjs|node|policy|socket-io|trpc|upgrade|session|endpoint)\.test\.ts$/,
  /\/(fetch-jwks|jwk|jwks|mac|table)\.test\.ts$|\/security\//,
];

/**
 * A mutant is done with at the first test that fails. So the quick ones go first: vitest's own order begins
 * with what took longest.
 */
export class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => costs.findIndex((names) => names.test(moduleId));
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
