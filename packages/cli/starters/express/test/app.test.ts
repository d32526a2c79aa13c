import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { createTestIssuer, expectGuarded } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { createApp } from "../src/api/app.ts";
import type { Task } from "../src/api/tasks.ts";

const testIssuer = createTestIssuer();
const { secret, issuer, audience, tokenFor } = testIssuer;
const app = createApp(createVerifier({ keys: sharedSecret(secret), issuer, audience }));
const server = app.listen(0, "localhost");
await once(server, "listening");
after(() => server.close());

/** Sends a request of a user. */
function send(user: string, path: string, init?: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${tokenFor(user)}`, "content-type": "application/json" };
  return fetch(`http://localhost:${(server.address() as AddressInfo).port}${path}`, { ...init, headers });
}

test("every route is guarded", async () => {
  await expectGuarded(app, { issuer: testIssuer, public: ["GET /health"] });
});

test("users add, read and delete their own tasks", async () => {
  const body = JSON.stringify({ title: "Write a test" });
  const added = await send("alice", "/api/alice/tasks", { method: "POST", body });
  assert.equal(added.status, 201);
  const task = (await added.json()) as Task;
  assert.deepEqual(await (await send("alice", "/api/alice/tasks")).json(), { tasks: [task] });

  const path = `/api/alice/tasks/${task.id}`;
  assert.deepEqual(await (await send("alice", path)).json(), task);
  assert.equal((await send("bob", `/api/bob/tasks/${task.id}`)).status, 404);
  assert.equal((await send("alice", path, { method: "DELETE" })).status, 204);
  assert.equal((await send("alice", path)).status, 404);
});

test("a task needs a title", async () => {
  for (const body of ["{}", '{"title":""}', "not JSON"])
    assert.equal((await send("alice", "/api/alice/tasks", { method: "POST", body })).status, 400);
});
