import { setTimeout } from "node:timers/promises";
import express5, { type RequestHandler } from "express";
import express4 from "express-4";
import { content, health, type SampleFramework } from "./sample.ts";

export const expressSamples: readonly SampleFramework[] = [
  sampleOf("express 5", express5),
  sampleOf("express 4", express4),
];

function sampleOf(name: string, express: typeof express5): SampleFramework {
  return {
    name,
    isWatched: true,
    build({ gate, isEarly, isNestedOpen, isAfter }) {
      const answer: RequestHandler = async (_request, response) => {
        // As a query of a database does.
        if (isAfter) await setTimeout(2);
        if (!response.headersSent) response.json(content);
      };
      const guard: RequestHandler = ({ method, originalUrl, headers }, response, next) => {
        if (isAfter) next();
        const refusal = gate({
          method,
          url: originalUrl,
          header: (one) => headers[one] as string | undefined,
        });
        if (response.headersSent) return;
        if (refusal !== undefined) response.status(refusal.status).set(refusal.headers).send(refusal.body);
        else if (!isAfter) next();
      };
      const app = express();
      app.get("/health", (_request, response) => void response.json(health));
      if (isEarly) app.get("/early", answer);
      const reports = express();
      reports.get("/reports", answer);
      if (isNestedOpen) app.use("/nested", reports);
      app.use(guard);
      const tasks = express.Router({ mergeParams: true });
      tasks.route("/tasks").get(answer).post(answer);
      tasks.delete("/tasks/:taskId", (_request, _response, next) => next(), answer);
      app.use("/api/:userId", tasks);
      app.get([/^\/orgs\/(?<orgId>[^/]+)\/members$/], answer);
      app.get("/profiles/:uid", answer);
      if (!isNestedOpen) app.use("/nested", reports);
      if (isAfter)
        app.use(async (_request, response) => {
          await setTimeout(2);
          if (!response.headersSent) response.status(404).end();
        });
      return { app };
    },
  };
}
