import fastify from "fastify";
import type { GateRequest } from "../gate.ts";
import { content, health, type SampleFramework } from "./sample.ts";

export const fastifySample: SampleFramework = {
  name: "fastify",
  isWatched: true,
  async build({ gate, isEarly, isNestedOpen, isAfter }) {
    const app = fastify();
    const read = ({
      method,
      url,
      headers,
    }: {
      method: string;
      url: string;
      headers: object;
    }): GateRequest => ({
      ...{ method, url },
      header: (name) => (headers as Record<string, string>)[name],
    });
    app.get("/health", () => health);
    await app.register(async (api) => {
      if (isAfter)
        api.addHook("onSend", async (request, reply, payload) => {
          const refusal = gate(read(request));
          if (refusal === undefined) return payload;
          reply.code(refusal.status).headers(refusal.headers);
          return refusal.body;
        });
      else
        api.addHook("onRequest", async (request, reply) => {
          const refusal = gate(read(request));
          if (refusal !== undefined)
            return reply.code(refusal.status).headers(refusal.headers).send(refusal.body);
        });
      await api.register(
        async (tasks) => {
          tasks.get("/tasks", () => content);
          tasks.post("/tasks", async () => content);
          tasks.delete("/tasks/:taskId", (_request, reply) => void reply.send(content));
        },
        { prefix: "/api/:userId" },
      );
      api.get("/orgs/:orgId/members", () => content);
      api.get("/profiles/:uid", () => content);
      if (!isNestedOpen) api.get("/nested/reports", () => content);
    });
    // An encapsulated plugin does not have the hooks of its sibling.
    if (isNestedOpen)
      await app.register(async (nested) => void nested.get("/reports", () => content), { prefix: "/nested" });
    if (isEarly) app.get("/early", () => content);
    return { app, close: () => app.close() };
  },
};
