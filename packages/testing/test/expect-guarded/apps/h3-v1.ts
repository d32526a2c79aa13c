import { createApp, createRouter, defineEventHandler, toNodeListener } from "h3-v1";
import { guardedRoutes } from "../flaws.ts";
import { content, health, isLeftOut, type SampleFramework } from "./sample.ts";

export const h3V1Sample: SampleFramework = {
  name: "h3 1",
  isWatched: false,
  build(parts) {
    const { gate, isEarly } = parts;
    const app = createApp({ onError: () => undefined });
    app.use(
      defineEventHandler(({ method, node: { req }, path }) => {
        if (isLeftOut({ url: path }, parts)) return undefined;
        const refusal = gate({
          method,
          url: path,
          header: (name) => req.headers[name] as string | undefined,
        });
        return refusal && new Response(refusal.body, refusal);
      }),
    );
    const answer = defineEventHandler(() => content);
    const router = createRouter();
    router.get(
      "/health",
      defineEventHandler(() => health),
    );
    if (isEarly) router.get("/early", answer);
    router
      .get("/api/:userId/tasks", answer)
      .head("/api/:userId/tasks", answer)
      .post("/api/:userId/tasks", answer);
    router.delete("/api/:userId/tasks/:taskId", answer);
    for (const path of ["/orgs/:orgId/members", "/profiles/:uid", "/nested/reports"])
      router.get(path, answer).head(path, answer);
    app.use(router);
    return {
      app: toNodeListener(app),
      routes: ["GET /health", ...(isEarly ? ["GET /early"] : []), ...guardedRoutes],
    };
  },
};
