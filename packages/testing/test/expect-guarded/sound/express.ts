import { enforce, owner, usher } from "@usher-auth/verify/express";
import express5, { type RequestHandler } from "express";
import express4 from "express-4";
import { corsHeaders, isAdmin, isSupport, type SoundFramework, task } from "./sound.ts";

export const soundExpress: readonly SoundFramework[] = [
  sound("express 5", express5),
  sound("express 4", express4),
];

function sound(name: string, express: typeof express5): SoundFramework {
  return {
    name,
    build(options) {
      const guard = usher(options);
      const send =
        (body: object): RequestHandler =>
        (_request, response) =>
          void response.json(body);
      const app = express();
      app.use(({ method }, response, next) => {
        response.set(corsHeaders);
        if (method === "OPTIONS") response.status(204).end();
        else next();
      });
      app.get("/health", send({ status: "ok" }));
      app.get("/greeting", guard.optional, send({ hello: "stranger" }));
      app.use(guard);
      app.use(express.json());
      const tasks = express.Router({ mergeParams: true });
      tasks
        .route("/tasks")
        .get(send({ tasks: [task] }))
        .post(({ body }, response) => void response.status(body.title === undefined ? 400 : 201).json({}));
      tasks.delete("/tasks/:taskId", ({ params }, response) => {
        response.status(params.taskId === task.id ? 204 : 404).end();
      });
      app.use("/api/:userId", tasks);
      const organization = express();
      organization.get("/users/:userId", send({ member: true }));
      app.use("/orgs/:orgId", organization);
      app.get("/orgs/:orgId", send({ members: [] }));
      app.get("/admin", enforce(isAdmin), send({ users: [] }));
      app.get("/support/:userId", owner({ or: [isSupport] }), send({ tickets: [] }));
      return { app };
    },
  };
}
