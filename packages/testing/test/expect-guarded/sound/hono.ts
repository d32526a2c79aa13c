import { enforce, optionalAuth, owner, type UsherEnv, usher } from "@usher-auth/verify/hono";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { isAdmin, isSupport, type SoundFramework, task } from "./sound.ts";

export const soundHono: SoundFramework = {
  name: "hono",
  build(options) {
    const open = new Hono();
    open.use(cors({ origin: "https://app.example.com" }));
    open.get("/health", (c) => c.json({ status: "ok" }));
    open.get("/greeting", optionalAuth(options), (c) => c.json({ hello: "stranger" }));
    const app = usher(open, options);
    const tasks = new Hono<UsherEnv>();
    tasks.get("/tasks", (c) => c.json({ tasks: [task] }));
    tasks.post("/tasks", async (c) => c.json({}, "title" in (await c.req.json()) ? 201 : 400));
    tasks.delete("/tasks/:taskId", (c) => c.body(null, c.req.param("taskId") === task.id ? 204 : 404));
    app.route("/api/:userId", tasks);
    app.get("/orgs/:orgId/users/:userId", (c) => c.json({ member: true }));
    app.get("/orgs/:orgId", (c) => c.json({ members: [] }));
    app.get("/admin", enforce(isAdmin), (c) => c.json({ users: [] }));
    app.get("/support/:userId", owner({ or: [isSupport] }), (c) => c.json({ tickets: [] }));
    return { app };
  },
};
