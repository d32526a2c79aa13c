import type { Verifier } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/express";
import express, { type ErrorRequestHandler, type Express } from "express";
import { z } from "zod";
import { Tasks } from "./tasks.ts";

const NewTask = z.object({ title: z.string().min(1).max(200) });

/** Everything after the guard needs a valid token, and `:userId` must be its user. */
export function createApp(verifier: Verifier): Express {
  const app = express().disable("x-powered-by");
  app.get("/health", (_request, response) => void response.json({ status: "ok" }));

  app.use(usher({ verifier, ownerParam: "userId" }));
  app.use(express.json());
  app.get("/api/me", ({ principal }, response) => void response.json({ id: principal.id }));

  const tasks = new Tasks();
  app.get("/api/:userId/tasks", ({ principal }, response) => {
    response.json({ tasks: tasks.list(principal.id) });
  });
  app.post("/api/:userId/tasks", ({ principal, body }, response) => {
    const task = NewTask.safeParse(body);
    if (task.success) response.status(201).json(tasks.add(principal.id, task.data.title));
    else response.status(400).json({ error: "Bad request", issues: task.error.issues });
  });
  app.get("/api/:userId/tasks/:taskId", ({ principal, params }, response) => {
    const task = tasks.find(principal.id, params.taskId);
    if (task) response.json(task);
    else response.status(404).json({ error: "No such task" });
  });
  app.delete("/api/:userId/tasks/:taskId", ({ principal, params }, response) => {
    if (tasks.delete(principal.id, params.taskId)) response.status(204).end();
    else response.status(404).json({ error: "No such task" });
  });

  app.use((_request, response) => void response.status(404).json({ error: "Not found" }));
  app.use(onError);
  return app;
}

const onError: ErrorRequestHandler = (error: { status?: number }, _request, response, next) => {
  if (response.headersSent) return next(error);
  const { status = 500 } = error; // a body that cannot be parsed is a 400
  if (status >= 500) console.error(error);
  response.status(status).json({ error: status >= 500 ? "Internal error" : "Bad request" });
};
