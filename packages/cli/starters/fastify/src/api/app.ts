import type { Verifier } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import fastify, { type FastifyServerOptions } from "fastify";
import { Tasks } from "./tasks.ts";

type TaskParams = { userId: string; taskId: string };

const newTask = {
  type: "object",
  required: ["title"],
  properties: { title: { type: "string", minLength: 1, maxLength: 200 } },
};

const noSuchTask = { statusCode: 404, error: "Not Found", message: "No such task" };

/** Every route needs a valid token, and `:userId` must be its user. A route is public only if it says so. */
export async function createApp(verifier: Verifier, options: FastifyServerOptions = {}) {
  const app = fastify(options);
  await app.register(usher, { verifier, ownerParam: "userId" });

  app.get("/health", { config: { public: true } }, () => ({ status: "ok" }));
  app.get("/api/me", ({ principal }) => ({ id: principal.id }));

  const tasks = new Tasks();
  app.get("/api/:userId/tasks", ({ principal }) => ({ tasks: tasks.list(principal.id) }));
  app.post<{ Body: { title: string } }>(
    "/api/:userId/tasks",
    { schema: { body: newTask } },
    ({ principal, body }, reply) => reply.code(201).send(tasks.add(principal.id, body.title)),
  );
  app.get<{ Params: TaskParams }>("/api/:userId/tasks/:taskId", ({ principal, params }, reply) => {
    return tasks.find(principal.id, params.taskId) ?? reply.code(404).send(noSuchTask);
  });
  app.delete<{ Params: TaskParams }>("/api/:userId/tasks/:taskId", ({ principal, params }, reply) => {
    return tasks.delete(principal.id, params.taskId)
      ? reply.code(204).send()
      : reply.code(404).send(noSuchTask);
  });
  return app;
}
