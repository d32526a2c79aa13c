import { createServer } from "node:http";
import { requireClaim, requireScopes } from "@usher-auth/verify";
import { enforce, usher } from "@usher-auth/verify/express";
import express5 from "express";
import express4 from "express-4";
import { brokenPolicy, type ContractTarget, handlerFailure } from "../target.ts";
import { expressCallers } from "./express-callers.ts";
import { expressShapes } from "./express-shapes.ts";
import { listen } from "./server.ts";

export const express5Target: ContractTarget = expressTarget("express 5", express5, "{/:userId}");
export const express4Target: ContractTarget = expressTarget("express 4", express4, "/:userId?");

function expressTarget(name: string, express: typeof express5, optional: string): ContractTarget {
  return {
    name,
    tells: { adapter: "express" },
    shapes: expressShapes(express, optional),
    callers: expressCallers(express),
    async start(options, handle) {
      const app = express();
      app.get("/public", (_request, response) => void response.json(handle({})));
      const echo = express.Router();
      echo.get(["/:userId/tasks", "/:userId/tasks/:taskId"], ({ params }, response) => {
        response.json(handle({ params }));
      });
      app.use("/echo", echo);
      app.use(usher(options));
      app.get("/me", ({ principal }, response) => void response.json(handle({ principal })));
      // A separate router that does not know the guard.
      const tasks = express.Router();
      tasks.all(
        "/:userId/tasks",
        ({ principal, params }, response) => void response.json(handle({ principal, params })),
      );
      tasks.get("/:userId/tasks/:taskId", ({ principal, params }, response) => {
        response.json(handle({ principal, params }));
      });
      app.use("/api", tasks);
      app.get("/scoped", enforce(requireScopes("tasks:write")), ({ principal }, response) => {
        response.json(handle({ principal }));
      });
      app.get("/role", enforce(requireClaim(({ role }) => role === "admin")), ({ principal }, response) => {
        response.json(handle({ principal }));
      });
      app.get(
        "/api/:userId/scoped",
        enforce(requireScopes("tasks:read", "tasks:write")),
        ({ principal, params }, response) => void response.json(handle({ principal, params })),
      );
      app.get("/broken", enforce(requireClaim(brokenPolicy)), ({ principal }, response) => {
        response.json(handle({ principal }));
      });
      app.get("/throws", () => {
        throw new Error(handlerFailure);
      });

      return listen(createServer(app));
    },
  };
}
