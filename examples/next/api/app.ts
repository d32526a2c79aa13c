import type { Verifier } from "@usher-auth/verify";
import { backchannelLogout, usher } from "@usher-auth/verify/express";
import cors from "cors";
import express, { type ErrorRequestHandler, type Express, Router } from "express";
import type { Tasks } from "./tasks.ts";

export type AppOptions = {
  readonly verifier: Verifier;
  readonly tasks: Tasks;
  /** The origin whose pages may call this API. */
  readonly pages: string;
};

/** Everything after the guard needs a valid token, and `:userId` must be its user. */
export function createApp({ verifier, tasks, pages }: AppOptions): Express {
  const app = express().disable("x-powered-by");
  app.get("/health", (_request, response) => void response.json({ status: "ok" }));
  app.use(cors({ origin: pages, exposedHeaders: ["WWW-Authenticate", "Retry-After"], maxAge: 600 }));
  app.post("/backchannel-logout", backchannelLogout({ verifier }));

  app.use(usher({ verifier, ownerParam: "userId" }));
  const list = createList(tasks);
  app.use("/api/me/tasks", list); // `me` is the token's user
  app.use("/api/:userId/tasks", list); // the guard compares `:userId` with the token's user
  app.use(onError);
  return app;
}

function createList(tasks: Tasks): Router {
  const list = Router().use(express.json({ limit: "16kb" }));
  list.get("/", ({ principal }, response) => void response.json({ tasks: tasks.of(principal.id) }));
  list.post("/", ({ principal, body }, response) => {
    const title = readTitle(body);
    if (title === undefined) response.status(400).json({ title: "title must have 1 to 200 characters" });
    else response.status(201).json(tasks.add(principal.id, title));
  });
  return list;
}

function readTitle(body: unknown): string | undefined {
  const title = (body as { title?: unknown } | undefined)?.title;
  return typeof title === "string" && title.length >= 1 && title.length <= 200 ? title : undefined;
}

const onError: ErrorRequestHandler = (error: { status?: unknown }, _request, response, _next) => {
  const status = typeof error.status === "number" ? error.status : 500;
  if (status >= 500) console.error(error);
  response.status(status).json({ title: status >= 500 ? "Internal error" : "Bad request" });
};
