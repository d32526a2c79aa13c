import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { dirname } from "node:path";
import { test } from "node:test";
import { createTestIssuer, expectGuarded } from "@usher-auth/testing";
import type { Task } from "../lib/tasks.ts";

const testIssuer = createTestIssuer();
process.env.BETTER_AUTH_SECRET = testIssuer.secret;
process.env.BETTER_AUTH_URL = testIssuer.issuer;
process.env.API_URL = testIssuer.audience;
const list = await import("../app/api/[userId]/tasks/route.ts");
const one = await import("../app/api/[userId]/tasks/[taskId]/route.ts");

/** The routes without a guard. Every other one must be guarded, also one that you add. */
const open = ["app/api/auth/[...all]/route.ts", "app/health/route.ts"];
const guarded = globSync("app/**/route.ts").filter((file) => !open.includes(file));

for (const file of guarded)
  test(`${file} is guarded`, async () => {
    const path = dirname(file)
      .replace("app", "")
      .replaceAll(/\[(\w+)\]/g, ":$1");
    await expectGuarded(await import(`../${file}`), { issuer: testIssuer, routes: [path] });
  });

/** A request of a user. */
function request(user: string, method = "GET", body?: string): Request {
  const headers = { authorization: `Bearer ${testIssuer.tokenFor(user)}` };
  return new Request("http://localhost", { method, headers, body });
}

test("users add, read and delete their own tasks", async () => {
  const params = Promise.resolve({ userId: "alice" });
  const added = await list.POST(request("alice", "POST", '{"title":"Write a test"}'), { params });
  assert.equal(added.status, 201);
  const task = (await added.json()) as Task;
  assert.deepEqual(await (await list.GET(request("alice"), { params })).json(), { tasks: [task] });

  const own = { params: Promise.resolve({ userId: "alice", taskId: task.id }) };
  const strangers = { params: Promise.resolve({ userId: "bob", taskId: task.id }) };
  assert.deepEqual(await (await one.GET(request("alice"), own)).json(), task);
  assert.equal((await one.GET(request("bob"), strangers)).status, 404);
  assert.equal((await one.DELETE(request("alice", "DELETE"), own)).status, 204);
  assert.equal((await one.GET(request("alice"), own)).status, 404);
});

test("a task needs a title", async () => {
  const params = Promise.resolve({ userId: "alice" });
  for (const body of ["{}", '{"title":""}', "not JSON"])
    assert.equal((await list.POST(request("alice", "POST", body), { params })).status, 400);
});
