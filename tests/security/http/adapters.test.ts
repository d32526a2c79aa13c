import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sendBytes } from "../../../packages/verify/test/contract/raw-request.ts";
import type { ContractServer, HandlerView } from "../../../packages/verify/test/contract/target.ts";
import { count } from "../report/counts.ts";
import { bearer, get, type Ingredients, isGuardCode, ownPath } from "./cases/case.ts";
import { hostileTable } from "./cases/table.ts";
import { watchForCrashes } from "./crashes.ts";
import { type AppliedCase, withHabits } from "./differences.ts";
import { expectAnswer, expectUnpolluted } from "./expectations.ts";
import { frameworks } from "./frameworks.ts";

const issuer = createTestIssuer();
const ingredients: Ingredients = {
  issuer,
  token: issuer.tokenFor("alice", { expiresIn: 3600 }),
  otherToken: issuer.tokenFor("bob", { expiresIn: 3600 }),
  publicPath: "/public",
};
const table = hostileTable(ingredients);
const crashes = watchForCrashes();

describe.each(frameworks)("hostile HTTP, $target.name", ({ target, habits }) => {
  const seen: HandlerView[] = [];
  let server: ContractServer;
  const printed: unknown[][] = [];

  beforeAll(async () => {
    // Without an error handler, Koa prints aborted requests.
    vi.spyOn(console, "error").mockImplementation((...words) => void printed.push(words));
    const trust = { secret: issuer.secret, issuer: issuer.issuer, audience: issuer.audience };
    const verifier = createVerifier({ ...trust, keys: sharedSecret(trust.secret) });
    const handle = (view: HandlerView) => ({ view: seen.push(view) });
    const made = { trust: { keys: "secret", ...trust }, clock: Date.now } as const;
    server = await target.start({ ownerParam: "userId", verifier }, handle, made);
  });
  afterAll(async () => {
    await server?.close();
    vi.restoreAllMocks();
  });

  it.for(withHabits(table, habits))("$name", async (hostile, test) => {
    count(test, { requests: 1, "as expected": 0 });
    seen.length = 0;
    const answer = await sendBytes(server.origin, hostile.request);
    expectAnswer(answer, hostile, ingredients);
    if (answer.status >= 200 && answer.status < 300) expect(seen).toHaveLength(1);
    if (isGuardCode(hostile.code)) expect(seen, "no handler ran").toEqual([]);
    for (const view of seen) expectRightful(view, hostile);
    count(test, { "as expected": 1 });
  });

  it("still serves, has not crashed, and has disclosed no token", async (test) => {
    count(test, { crashes: crashes() });
    seen.length = 0;
    expect((await sendBytes(server.origin, get(ownPath, bearer(ingredients.token)))).status).toBe(200);
    expect(seen).toMatchObject([{ principal: { id: "alice" }, params: { userId: "alice" } }]);
    expect(crashes()).toBe(0);
    expectUnpolluted();
    expect(String(printed)).not.toContain(ingredients.token.slice(-20));
  });

  it("treats two requests on one connection as two, and the second without a token as anonymous", async (test) => {
    count(test, { requests: 2, "as expected": 0 });
    const first = get(ownPath, bearer(ingredients.token)).replace("connection: close\r\n", "");
    seen.length = 0;
    const { status, rest } = await sendBytes(server.origin, first + get(ownPath));
    expect(status).toBe(200);
    expect(rest).toMatch(/^HTTP\/1\.1 401 /);
    expect(rest).toContain("credentials_missing");
    expect(seen).toHaveLength(1);
    count(test, { "as expected": 2 });
  });
});

/**
 * Expects the handler of the public path, or of Alice's path for Alice, unless the guard must reject.
 */
function expectRightful({ principal, params }: HandlerView, { mayBeOwn }: AppliedCase): void {
  if (principal === undefined && params === undefined) return;
  expect(mayBeOwn, "a handler of Alice's path ran").toBe(true);
  expect(principal?.id).toBe("alice");
  expect(params).toMatchObject({ userId: "alice" });
}
