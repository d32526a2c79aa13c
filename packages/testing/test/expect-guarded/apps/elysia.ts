import { Elysia } from "elysia";
import { content, health, type SampleFramework } from "./sample.ts";

export const elysiaSample: SampleFramework = {
  name: "elysia",
  isWatched: false,
  build({ gate, isEarly, isNestedOpen }) {
    const answer = () => content;
    const nested = () => new Elysia({ prefix: "/nested" }).get("/reports", answer);
    const open = new Elysia().get("/health", () => health);
    if (isEarly) open.get("/early", answer);
    if (isNestedOpen) open.use(nested());
    const app = new Elysia()
      .use(open)
      .onBeforeHandle(({ request }) => {
        const { pathname, search } = new URL(request.url);
        const header = (name: string) => request.headers.get(name) ?? undefined;
        const refusal = gate({ method: request.method, url: pathname + search, header });
        return refusal && new Response(refusal.body, refusal);
      })
      .group("/api/:userId", (group) =>
        group.get("/tasks", answer).post("/tasks", answer).delete("/tasks/:taskId", answer),
      )
      .get("/orgs/:orgId/members", answer)
      .get("/profiles/:uid", answer);
    if (!isNestedOpen) app.use(nested());
    return { app };
  },
};
