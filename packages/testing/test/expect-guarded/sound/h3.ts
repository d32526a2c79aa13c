import { usher } from "@usher-auth/verify/h3";
import { H3, handleCors } from "h3";
import { isAdmin, isSupport, type SoundFramework, task } from "./sound.ts";

export const soundH3: SoundFramework = {
  name: "h3",
  build(options) {
    const app = new H3();
    app.use((event) => {
      const answer = handleCors(event, { origin: ["https://app.example.com"] });
      return answer === false ? undefined : answer;
    });
    app.use(usher(options));
    app.get("/health", () => ({ status: "ok" }), { meta: { public: true } });
    app.get("/greeting", () => ({ hello: "stranger" }), { meta: { optionalAuth: true } });
    app.get("/api/:userId/tasks", () => ({ tasks: [task] }));
    app.post("/api/:userId/tasks", () => new Response(null, { status: 400 }));
    app.delete("/api/:userId/tasks/:taskId", ({ context }) => {
      return new Response(null, { status: context.params?.taskId === task.id ? 204 : 404 });
    });
    app.mount(
      "/orgs",
      new H3().get("/:orgId/users/:userId", () => ({ member: true })).get("/:orgId", () => ({ members: [] })),
    );
    app.get("/admin", () => ({ users: [] }), { meta: { policies: [isAdmin] } });
    app.get("/support/:userId", () => ({ tickets: [] }), { meta: { owner: { or: [isSupport] } } });
    return { app };
  },
};
