import { expect } from "vitest";

type Answer = { statusCode: number; headers: Record<string, unknown>; json(): unknown };

/** Expects a problem body in the documented form, which may not be cached. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.json()).toMatchObject({
    type: `urn:usher-auth:error:${code}`,
    title: expect.stringMatching(/./),
    status,
    code,
    detail: expect.stringMatching(/./),
  });
  expect(answer.statusCode).toBe(status);
  expect(answer.headers["content-type"]).toBe("application/problem+json");
  expect(answer.headers["cache-control"]).toBe("no-store");
}
