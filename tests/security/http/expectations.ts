import { expect } from "vitest";
import { expectRefusal } from "../../../packages/verify/test/contract/expected.ts";
import type { RawResponse } from "../../../packages/verify/test/contract/raw-request.ts";
import { type HostileCase, type Ingredients, isGuardCode } from "./cases/case.ts";

/**
 * Checks the answer to a case: the status, the exact rejections of the guard, that nothing of the request is
 * repeated, and that no second answer follows.
 */
export function expectAnswer(
  answer: RawResponse,
  hostile: HostileCase,
  { token, otherToken }: Ingredients,
): void {
  const { status, code, echoesTarget = false } = hostile;
  expect([status].flat(), answer.body).toContain(answer.status);
  expect(answer.status, "no request may cause a server error").toBeLessThan(500);
  if (isGuardCode(code)) expectRefusal(answer, code);
  if (answer.status === 401) expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="api"/);
  const said = `${echoesTarget ? "" : answer.body}${JSON.stringify(answer.headers)}`;
  for (const sent of [token, otherToken]) expect(said).not.toContain(sent.slice(-20));
  expect(answer.headers).not.toHaveProperty("x-injected");
  expect(answer.rest, "the request was read as two").toBe("");
}

/**
 * Properties that `__proto__` and `constructor.prototype` in tokens and bodies would leave in the process of
 * the server.
 */
export function expectUnpolluted(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty("polluted");
}
