import cors from "@fastify/cors";
import { usher } from "@usher-auth/verify/fastify";
import fastify from "fastify";
import { isAdmin, isSupport, type SoundFramework, task } from "./sound.ts";

export const soundFastify: SoundFramework = {
  name: "fastify",
  async build(options) {
    const app = fastify();
    await app.register(cors, { origin: "https://app.example.com" });
    await app.register(usher, options);
    app.get("/health", { config: { public: true } }, () => ({ status: "ok" }));
    app.get("/greeting", { config: { optionalAuth: true } }, () => ({ hello: "stranger" }));
    await app.register(
      async (tasks) => {
        tasks.get("/tasks", async () => ({ tasks: [task] }));
        const body = { type: "object", required: ["title"], properties: { title: { type: "string" } } };
        tasks.post("/tasks", { schema: { body } }, async (_request, reply) => reply.code(201).send(task));
        tasks.delete<{ Params: { taskId: string } }>("/tasks/:taskId", ({ params }, reply) =>
          params.taskId === task.id ? reply.code(204).send() : reply.code(404).send({ status: 404 }),
        );
      },
      { prefix: "/api/:userId" },
    );
    app.get("/orgs/:orgId/users/:userId", () => ({ member: true }));
    app.get("/orgs/:orgId", () => ({ members: [] }));
    app.get("/admin", { config: { policies: [isAdmin] } }, () => ({ users: [] }));
    app.get("/support/:userId", { config: { owner: { or: [isSupport] } } }, () => ({ tickets: [] }));
    return { app, close: () => app.close() };
  },
};
