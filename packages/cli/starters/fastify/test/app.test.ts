import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestIssuer, expectGuarded } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { createApp } from "../src/api/app.ts";

const testIssuer = createTestIssuer();
const { secret, issuer, audience, tokenFor } = testIssuer;
const app = await createApp(createVerifier({ keys: sharedSecret(secret), issuer, audience }));

test("every route is guarded", async () => {
  await expectGuarded(app, { issuer: testIssuer, public: ["GET /health"] });
});

test("users add, read and delete their own tasks", async () => {
  const headers = { authorization: `Bearer ${tokenFor("alice")}` };
  const url = "/api/alice/tasks";
  const added = await app.inject({ method: "POST", url, headers, body: { title: "Write a test" } });
  assert.equal(added.statusCode, 201);
  const task = added.json();
  assert.deepEqual((await app.inject({ url, headers })).json(), { tasks: [task] });

  const one = `${url}/${task.id}`;
  assert.deepEqual((await app.inject({ url: one, headers })).json(), task);
  const strangers = { authorization: `Bearer ${tokenFor("bob")}` };
  assert.equal((await app.inject({ url: `/api/bob/tasks/${task.id}`, headers: strangers })).statusCode, 404);
  assert.equal((await app.inject({ method: "DELETE", url: one, headers })).statusCode, 204);
  assert.equal((await app.inject({ url: one, headers })).statusCode, 404);
});

test("a task needs a title", async () => {
  const headers = { authorization: `Bearer ${tokenFor("alice")}` };
  const response = await app.inject({
    method: "POST",
    url: "/api/alice/tasks",
    headers,
    body: { title: "" },
  });
  assert.equal(response.statusCode, 400);
});
