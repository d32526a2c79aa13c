import { type Handler, Hono, type MiddlewareHandler } from "hono";
import { content, health, type SampleFramework } from "./sample.ts";

export const honoSample: SampleFramework = {
  name: "hono",
  isWatched: true,
  build({ gate, isEarly, isNestedOpen, isAfter }) {
    const answer: Handler = (c) => c.json(content);
    const guard: MiddlewareHandler = async (c, next) => {
      const { pathname, search } = new URL(c.req.url);
      if (isAfter) await next();
      const refusal = gate({
        method: c.req.method,
        url: pathname + search,
        header: (name) => c.req.header(name),
      });
      if (refusal !== undefined) {
        c.res = new Response(refusal.body, refusal);
        return;
      }
      if (!isAfter) await next();
    };
    const app = new Hono();
    app.get("/health", (c) => c.json(health));
    if (isEarly) app.get("/early", answer);
    const nested = new Hono().basePath("/nested").get("/reports", answer);
    if (isNestedOpen) app.route("/", nested);
    app.use(guard);
    const tasks = new Hono();
    tasks.onError((_error, c) => c.text("error", 500));
    tasks
      .get("/tasks", answer)
      .post(answer)
      .delete("/tasks/:taskId", (_c, next) => next(), answer);
    app.route("/api/:userId", tasks);
    app.get("/orgs/:orgId{[a-z-]+}/members", answer);
    app.get("/profiles/:uid", answer);
    if (!isNestedOpen) app.route("/", nested);
    return { app };
  },
};
