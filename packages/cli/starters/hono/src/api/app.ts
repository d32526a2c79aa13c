import { zValidator } from "@hono/zod-validator";
import type { Verifier } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/hono";
import { Hono } from "hono";
import { z } from "zod";
import { Tasks } from "./tasks.ts";

const NewTask = z.object({ title: z.string().min(1).max(200) });

/** Everything after the guard needs a valid token, and `:userId` must be its user. */
export function createApp(verifier: Verifier) {
  const open = new Hono().get("/health", (c) => c.json({ status: "ok" }));
  const app = usher(open, { verifier, ownerParam: "userId" });
  app.get("/api/me", (c) => c.json({ id: c.var.principal.id }));

  const tasks = new Tasks();
  app.get("/api/:userId/tasks", (c) => c.json({ tasks: tasks.list(c.var.principal.id) }));
  app.post("/api/:userId/tasks", zValidator("json", NewTask), (c) =>
    c.json(tasks.add(c.var.principal.id, c.req.valid("json").title), 201),
  );
  app.get("/api/:userId/tasks/:taskId", (c) => {
    const task = tasks.find(c.var.principal.id, c.req.param("taskId"));
    return task ? c.json(task) : c.json({ error: "No such task" }, 404);
  });
  app.delete("/api/:userId/tasks/:taskId", (c) =>
    tasks.delete(c.var.principal.id, c.req.param("taskId"))
      ? c.body(null, 204)
      : c.json({ error: "No such task" }, 404),
  );
  return app;
}
