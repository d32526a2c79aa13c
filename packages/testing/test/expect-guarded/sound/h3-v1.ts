import { enforce, usher } from "@usher-auth/verify/h3-v1";
import {
  createApp,
  createRouter,
  defineEventHandler,
  handleCors,
  setResponseStatus,
  toNodeListener,
} from "h3-v1";
import { isAdmin, isSupport, type SoundFramework, soundRoutes, task } from "./sound.ts";

export const soundH3V1: SoundFramework = {
  name: "h3 1",
  build(options) {
    const send = (body: object) => defineEventHandler(() => body);
    const guard = usher({
      ...options,
      routes: {
        "GET /greeting": { optionalAuth: true },
        "GET /support/:userId": { owner: { or: [isSupport] } },
      },
    });
    const router = createRouter()
      .get("/greeting", send({ hello: "stranger" }))
      .get("/api/:userId/tasks", send({ tasks: [task] }))
      .post(
        "/api/:userId/tasks",
        defineEventHandler((event) => {
          setResponseStatus(event, 400);
          return {};
        }),
      )
      .delete(
        "/api/:userId/tasks/:taskId",
        defineEventHandler((event) => {
          setResponseStatus(event, event.context.params?.taskId === task.id ? 204 : 404);
          return "";
        }),
      )
      .get("/orgs/:orgId/users/:userId", send({ member: true }))
      .get("/orgs/:orgId", send({ members: [] }))
      .get("/admin", defineEventHandler({ onRequest: enforce(isAdmin), handler: () => ({ users: [] }) }))
      .get("/support/:userId", send({ tickets: [] }));
    const app = createApp()
      .use(defineEventHandler((event) => void handleCors(event, { origin: ["https://app.example.com"] })))
      .use(createRouter().get("/health", send({ status: "ok" })))
      .use(defineEventHandler(guard))
      .use(router);
    return { app: toNodeListener(app), routes: ["GET /health", ...soundRoutes] };
  },
};
