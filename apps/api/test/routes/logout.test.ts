import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, type TestApi } from "../support/api.ts";
import { logoutToken } from "../support/logout-token.ts";
import { expectProblem } from "../support/problem.ts";

// packages/verify tests the rules of the endpoint. Here it runs with the embedded database.

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(() => api.close());

const tokenOf = (user: string, sid: string) => api.issuer.tokenFor(user, { claims: { sid } });
const read = (user: string, token: string) =>
  api.app.inject({ url: `/api/${user}/tasks`, headers: { authorization: `Bearer ${token}` } });

test("ending one session rejects its tokens, and not those of the user's other session or of other users", async () => {
  const [ended, other, bobs] = [tokenOf("ada", "s1"), tokenOf("ada", "s2"), tokenOf("bob", "s3")];
  expect((await read("ada", ended)).statusCode).toBe(200);

  const answer = await api.logout(logoutToken(api.issuer, { sid: "s1", sub: "ada" }));
  expect([answer.statusCode, answer.body, answer.headers["cache-control"]]).toEqual([200, "", "no-store"]);

  expectProblem(await read("ada", ended), 401, "token_revoked");
  expectProblem(await read("ada", tokenOf("ada", "s1")), 401, "token_revoked");
  expect((await read("ada", other)).statusCode).toBe(200);
  expect((await read("bob", bobs)).statusCode).toBe(200);
});

test("ending all sessions of a user rejects their tokens, and accepts one that is issued later", async () => {
  const [first, second, bobs] = [tokenOf("eve", "s4"), tokenOf("eve", "s5"), tokenOf("bob", "s3")];
  expect((await api.logout(logoutToken(api.issuer, { sub: "eve" }))).statusCode).toBe(200);
  for (const token of [first, second]) expectProblem(await read("eve", token), 401, "token_revoked");
  expect((await read("bob", bobs)).statusCode).toBe(200);

  const later = Math.floor(Date.now() / 1000) + 2;
  const fresh = api.issuer.tokenFor("eve", { claims: { sid: "s6", iat: later, exp: later + 300 } });
  expect((await read("eve", fresh)).statusCode).toBe(200);
});

test("rejects an access token as a logout token, and logs why", async () => {
  const token = tokenOf("ada", "s7");
  api.logs.length = 0;
  const answer = await api.logout(token);
  expect(answer.statusCode).toBe(400);
  expect(answer.json()).toMatchObject({ status: 400, code: "token_unsupported" });
  expect(answer.headers["cache-control"]).toBe("no-store");
  expect((await read("ada", token)).statusCode).toBe(200);
  const refused = api.logs
    .map((line) => JSON.parse(line))
    .find(({ msg }) => msg === "logout refused by usher");
  expect(refused).toMatchObject({ code: "token_unsupported", hint: expect.stringMatching(/./) });
  expect(api.logs.join("")).not.toContain(token);
});

test("rejects a form of a megabyte before it has been read, and JSON", async () => {
  const form = { "content-type": "application/x-www-form-urlencoded" };
  const send = (headers: Record<string, string>, payload: string) =>
    api.app.inject({ method: "POST", url: "/backchannel-logout", headers, payload });
  const large = await send(form, `logout_token=${"x".repeat(1_000_000)}`);
  expect([large.statusCode, large.json().status]).toEqual([400, 400]);
  const json = await send({ "content-type": "application/json" }, JSON.stringify({ logout_token: "x" }));
  expect([json.statusCode, json.json().status]).toEqual([400, 400]);
});

test("ready reports that the revocations are current", async () => {
  const ready = await api.app.inject("/health/ready");
  expect(ready.json()).toMatchObject({ status: "ready", revocations: "current", whenStale: "refuse" });
  expect(ready.json().revocationsAge).toBeLessThanOrEqual(2);
});
