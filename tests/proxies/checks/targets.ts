import { expect, test } from "vitest";
import { isCanonical, readTarget } from "../../../packages/cli/src/gate/request/target.ts";
import type { Recorded } from "../support/backend.ts";
import { hostileTargets } from "../support/hostile-targets.ts";
import { type System, valuesAt } from "../support/system.ts";

/** What arrives at the backend is what was judged: alice's own paths, in a form with one reading. */
export function checkTargets(system: () => System): void {
  test.each(hostileTargets)("%j leads alice nowhere else", async (target) => {
    const { send, token } = system();
    for (const method of ["GET", "POST"]) {
      const { response, arrived } = await send({ method, target, headers: [token("alice")] });
      if (arrived.length === 0) expect(response.status === 0 || response.status >= 300).toBe(true);
      for (const request of arrived.filter(isGuarded)) {
        const read = readTarget(request.target);
        if ("fault" in read) expect.fail(`${request.target} arrived: ${read.fault}`);
        expect(isCanonical(request.target, read)).toBe(true);
        expect(read.segments.slice(0, 2)).toEqual(["api", "alice"]);
        expect(valuesAt(request, "x-usher-user")).toEqual(["alice"]);
      }
    }
  });

  test.each(hostileTargets)("%j leads nowhere without a token", async (target) => {
    const { response, arrived } = await system().send({ target });
    expect(arrived.filter(isGuarded).map((request) => request.target)).toEqual([]);
    expect(response.status === 0 || response.status >= 300).toBe(true);
  });

  test.each([
    "/api/alice/tasks/a-b_c.d~e",
    "/api/alice/tasks/%C3%A9",
    "/api/alice/tasks/a%20b",
    "/api/alice/tasks/1:2@3,4=5",
    "/api/alice/tasks?redirect=https%3A%2F%2Fapp.example.com%2F..%2F&x=%2e%2e/",
  ])("an ordinary %s arrives as it is", async (target) => {
    const { send, token } = system();
    const { response, arrived } = await send({ target, headers: [token("alice")] });
    expect(response.status).toBe(200);
    expect(arrived.map((request) => request.target)).toEqual([target]);
  });
}

/** `/public` may arrive, in exactly this form. */
function isGuarded({ target }: Recorded): boolean {
  return target !== "/public";
}
