import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests that take seconds: they make RSA keys, or try thousands of cases, or start a framework. */
const slow = /ecdsa-der|jwk\.|table|base64url|tokens\/|verifier|nestjs|fastify|trpc|websocket|contract/;

/**
 * A mutant is done with at the first test that fails. So the quick ones go first: vitest's own order begins with what
 * took longest.
 */
export class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => (slow.test(moduleId) ? 1 : 0);
    return files.toSorted((a, b) => rank(a) - rank(b) || a.moduleId.localeCompare(b.moduleId));
  }
}
