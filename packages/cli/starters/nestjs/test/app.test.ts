import { NestFactory } from "@nestjs/core";
import { createTestIssuer, expectGuarded } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { afterAll, expect, test } from "vitest";
import { AppModule } from "../src/api/app.module.ts";
import type { Task } from "../src/api/tasks.ts";

const testIssuer = createTestIssuer();
const { secret, issuer, audience, tokenFor } = testIssuer;
const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
const app = await NestFactory.create(AppModule.forRoot(verifier), { logger: false });
await app.listen(0, "localhost");
const origin = await app.getUrl();
afterAll(() => app.close());

/** Sends a request of a user. */
function send(user: string, path: string, init?: RequestInit): Promise<Response> {
  const headers = { authorization: `Bearer ${tokenFor(user)}`, "content-type": "application/json" };
  return fetch(origin + path, { ...init, headers });
}

test("every route is guarded", async () => {
  await expectGuarded(app, { issuer: testIssuer, public: ["GET /health"] });
});

test("users add, read and delete their own tasks", async () => {
  const body = JSON.stringify({ title: "Write a test" });
  const added = await send("alice", "/api/alice/tasks", { method: "POST", body });
  expect(added.status).toBe(201);
  const task = (await added.json()) as Task;
  expect(await (await send("alice", "/api/alice/tasks")).json()).toEqual({ tasks: [task] });

  const path = `/api/alice/tasks/${task.id}`;
  expect(await (await send("alice", path)).json()).toEqual(task);
  expect((await send("bob", `/api/bob/tasks/${task.id}`)).status).toBe(404);
  expect((await send("alice", path, { method: "DELETE" })).status).toBe(204);
  expect((await send("alice", path)).status).toBe(404);
});

test.each(["{}", '{"title":""}', "not JSON"])("a task needs a title: %s", async (body) => {
  expect((await send("alice", "/api/alice/tasks", { method: "POST", body })).status).toBe(400);
});
