import { usher } from "@usher-auth/verify/elysia";
import { Elysia } from "elysia";
import { corsHeaders, isAdmin, isSupport, type SoundFramework, task } from "./sound.ts";

export const soundElysia: SoundFramework = {
  name: "elysia",
  build(options) {
    const organizations = new Elysia({ prefix: "/orgs/:orgId" })
      .get("/users/:userId", () => ({ member: true }))
      .get("/", () => ({ members: [] }));
    const app = new Elysia()
      .onRequest(({ request, set }) => {
        Object.assign(set.headers, corsHeaders);
        return request.method === "OPTIONS"
          ? new Response(null, { status: 204, headers: corsHeaders })
          : undefined;
      })
      .use(usher(options))
      .get("/health", () => ({ status: "ok" }), { public: true })
      .get("/greeting", () => ({ hello: "stranger" }), { optionalAuth: true })
      .group("/api/:userId", (tasks) =>
        tasks
          .get("/tasks", () => ({ tasks: [task] }))
          .post("/tasks", ({ status }) => status(400, {}))
          .delete("/tasks/:taskId", ({ params, status }) =>
            status(params.taskId === task.id ? 200 : 404, {}),
          ),
      )
      .use(organizations)
      .get("/admin", () => ({ users: [] }), { policies: [isAdmin] })
      .get("/support/:userId", () => ({ tickets: [] }), { owner: { or: [isSupport] } });
    return { app };
  },
};
