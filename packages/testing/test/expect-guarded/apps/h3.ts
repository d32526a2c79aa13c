import { H3 } from "h3";
import { content, health, isLeftOut, type SampleFramework } from "./sample.ts";

export const h3Sample: SampleFramework = {
  name: "h3",
  isWatched: true,
  build(parts) {
    const { gate, isEarly, isAfter } = parts;
    const app = new H3({ silent: true });
    app.use(async (event, next) => {
      const url = event.url.pathname + event.url.search;
      if (isLeftOut({ url }, parts)) return next();
      const answer = isAfter ? await next() : undefined;
      const { method, headers } = event.req;
      const refusal = gate({ method, url, header: (name) => headers.get(name) ?? undefined });
      if (refusal !== undefined) return new Response(refusal.body, refusal);
      return isAfter ? answer : next();
    });
    app.get("/health", () => health);
    if (isEarly) app.get("/early", () => content);
    app.get("/api/:userId/tasks", () => content);
    app.post("/api/:userId/tasks", async () => content, { middleware: [(_event, next) => next()] });
    app.delete("/api/:userId/tasks/:taskId", () => Response.json(content));
    app.get("/orgs/:orgId/members", () => content).get("/profiles/:uid", () => content);
    app.mount(
      "/nested",
      new H3().get("/reports", () => content),
    );
    return { app };
  },
};
