import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ContractBench } from "../../../../packages/verify/test/contract/bench.ts";
import { pathsContract } from "../../../../packages/verify/test/contract/paths.ts";
import {
  type RawResponse,
  sendBytes,
  sendRaw,
} from "../../../../packages/verify/test/contract/raw-request.ts";
import type { HandlerView } from "../../../../packages/verify/test/contract/target.ts";
import { count } from "../../report/counts.ts";
import type { RunningApi } from "../api-process.ts";
import { apiCases } from "../cases/api.ts";
import { bearer, get, type Ingredients, isGuardCode, ownPath } from "../cases/case.ts";
import { hostileTable } from "../cases/table.ts";
import { withHabits } from "../differences.ts";
import { expectAnswer } from "../expectations.ts";
import { fastApiHabits } from "./habits.ts";
import { startRecordedApi } from "./recorded-api.ts";

const issuer = createTestIssuer();
const ingredients: Ingredients = {
  issuer,
  token: issuer.tokenFor("alice", { expiresIn: 3600 }),
  otherToken: issuer.tokenFor("bob", { expiresIn: 3600 }),
  publicPath: "/health/live",
};
const cases = withHabits([...hostileTable(ingredients), ...apiCases(ingredients)], fastApiHabits)
  // For h11, it is a request with the method PRI, and another one that is not HTTP: two responses.
  .filter(({ name }) => name !== "the preface of HTTP/2");

let api: RunningApi;
beforeAll(async () => {
  api = await startRecordedApi(issuer);
}, 180_000);
afterAll(() => api?.stop());

describe("hostile HTTP, the FastAPI example on uvicorn", () => {
  it.for(cases)("$name", async (hostile, test) => {
    count(test, { requests: 1, "as expected": 0 });
    const answer = await sendBytes(api.origin, hostile.request);
    expectAnswer(answer, hostile, ingredients);
    expect(["", "alice"], "a handler ran for another user").toContain(ranFor(answer));
    if (isGuardCode(hostile.code)) expect(ranFor(answer), "no handler ran").toBe("");
    count(test, { "as expected": 1 });
  });

  it("still serves, and has logged no error, no token and no secret", async (test) => {
    count(test, { crashes: api.isRunning() ? 0 : 1 });
    const answer = await sendBytes(api.origin, get(ownPath, bearer(ingredients.token)));
    expect([answer.status, ranFor(answer)]).toEqual([200, "alice"]);
    expect(api.isRunning()).toBe(true);
    expect(api.log()).not.toMatch(/^ERROR|Traceback/m);
    for (const secret of [ingredients.token.slice(-20), ingredients.otherToken.slice(-20), issuer.secret])
      expect(api.log()).not.toContain(secret);
  });
});

describe("the path cases of the contract, the FastAPI example on uvicorn", () => {
  const seen: HandlerView[] = [];
  const bench: Pick<ContractBench, "behaviour" | "send" | "bearer" | "seen"> = {
    behaviour: (name, run) => void it(name, run),
    bearer: (user) => `authorization: Bearer ${issuer.tokenFor(user)}`,
    seen,
    async send(request) {
      const answer = await sendRaw(api.origin, request);
      const user = decodeURIComponent(ranFor(answer));
      if (user === "") return answer;
      // The example answers with tasks. The contract asks for the parameter, which is the user that they are
      // of.
      const view = { params: { userId: user } };
      seen.push(view);
      return { ...answer, body: JSON.stringify(view) };
    },
  };
  pathsContract(bench as ContractBench);
});

/** The users for which handlers ran, as recorded_api.py tells. */
function ranFor({ headers }: RawResponse): string {
  return headers["x-ran-for"] ?? "";
}
