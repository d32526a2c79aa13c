import { createServer } from "node:http";
import { requireScopes } from "@usher-auth/verify";
import { enforce, usher } from "@usher-auth/verify/express";
import type express5 from "express";
import type { TargetShapes } from "../target.ts";
import { anotherCopy } from "./another-copy.ts";
import { listen } from "./server.ts";

/** @param optional The syntax of an optional parameter in this version. */
export function expressShapes(express: typeof express5, optional: string): TargetShapes {
  return {
    owned: {
      "a router": "/router/{owner}",
      "middleware of a router": "/middleware/{owner}/tasks",
      "a router with mergeParams": "/merged/{owner}/tasks",
      "app.route()": "/route/{owner}",
      "a mounted app": "/mounted/{owner}",
      "a regular expression": "/regular/{owner}",
      "a mounted app of a second copy of Express 5": "/copy-5/{owner}",
      "a router of a second copy of Express 4": "/copy-4/{owner}",
      "below another parameter": "/teams/1/users/{owner}",
    },
    scoped: {
      "of a route": "/scoped",
      "of one method of app.route()": "/scoped-route",
      "of a router": "/scoped-router/anything",
      "of a path": "/scoped-path/anything",
      "of a mounted app": "/scoped-app/anything",
    },
    open: { "a router before the guard": "/open/tasks" },
    rejected: {
      "an optional owner that is missing": "/optional",
      "another spelling": "/misspelt/alice",
      "an owner of a list of paths": "/list",
    },
    start(options, handle) {
      const run: express5.RequestHandler = ({ params }, response) => void response.json(handle({ params }));
      const router = (add: (router: express5.Router) => unknown, mergeParams = false): express5.Router => {
        const made = express.Router({ mergeParams });
        add(made);
        return made;
      };
      const scoped = enforce(requireScopes("tasks:write"));
      const app = express();
      app.use(
        "/open",
        router((open) => open.get("/tasks", run)),
      );
      app.use(usher(options));
      app.use(
        "/router",
        router((inner) => inner.get("/:userId", run)),
      );
      app.use(
        "/middleware",
        router((inner) => inner.use("/:userId", run)),
      );
      app.use(
        "/merged/:userId",
        router((inner) => inner.get("/tasks", run), true),
      );
      app.route("/route/:userId").get(run);
      const [mounted, scopedApp] = [express(), express()];
      mounted.get("/:userId", run);
      app.use("/mounted", mounted);
      app.get(/^\/regular\/(?<userId>[^/]+)$/, run);
      const copy = anotherCopy<typeof express5>("express")();
      copy.get("/:userId", run);
      app.use("/copy-5", copy);
      const copied = anotherCopy<typeof express5>("express-4").Router();
      copied.get("/:userId", run);
      app.use("/copy-4", copied);
      app.get("/teams/:teamId/users/:userId", run);
      app.get("/scoped", scoped, run);
      app.route("/scoped-route").get(scoped, run).post(run);
      app.use(
        "/scoped-router",
        router((inner) => inner.use(scoped).get("/anything", run)),
      );
      app.use("/scoped-path", scoped);
      app.get("/scoped-path/anything", run);
      scopedApp.use(scoped);
      scopedApp.get("/anything", run);
      app.use("/scoped-app", scopedApp);
      app.get(`/optional${optional}`, run);
      app.get("/misspelt/:user_id", run);
      app.get(["/list", "/list/:userId"], run);
      return listen(createServer(app));
    },
  };
}
