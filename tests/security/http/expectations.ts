import { expect } from "vitest";
import { expectRefusal } from "../../../packages/verify/test/contract/expected.ts";
import type { RawResponse } from "../../../packages/verify/test/contract/raw-request.ts";
import { type HostileCase, type Ingredients, isGuardCode } from "./cases/case.ts";

/**
 * Holds an answer to a case, from whatever server: the status, the guard's refusals to the byte, nothing of
 * the request in it, and no second answer behind it.
 */
export function expectAnswer(
  answer: RawResponse,
  hostile: HostileCase,
  { token, otherToken }: Ingredients,
): void {
  const { status, code, echoesTarget = false } = hostile;
  expect([status].flat(), answer.body).toContain(answer.status);
  expect(answer.status, "nothing that a client sends is the server's failure").toBeLessThan(500);
  if (isGuardCode(code)) expectRefusal(answer, code);
  if (answer.status === 401) expect(answer.headers["www-authenticate"]).toMatch(/^Bearer realm="api"/);
  const said = `${echoesTarget ? "" : answer.body}${JSON.stringify(answer.headers)}`;
  for (const sent of [token, otherToken]) expect(said).not.toContain(sent.slice(-20));
  expect(answer.headers).not.toHaveProperty("x-injected");
  expect(answer.rest, "the request was taken for two").toBe("");
}

/**
 * What `__proto__` and `constructor.prototype` in tokens and bodies would have left behind, in the server's
 * own process.
 */
export function expectUnpolluted(): void {
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect({}).not.toHaveProperty("polluted");
}
