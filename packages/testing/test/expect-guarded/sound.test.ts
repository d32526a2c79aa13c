import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { describe, expect, it } from "vitest";
import { createTestIssuer, expectGuarded } from "../../src/index.ts";
import { soundElysia } from "./sound/elysia.ts";
import { soundExpress } from "./sound/express.ts";
import { soundFastify } from "./sound/fastify.ts";
import { soundH3 } from "./sound/h3.ts";
import { soundH3V1 } from "./sound/h3-v1.ts";
import { soundHandlers } from "./sound/handlers.ts";
import { soundHono } from "./sound/hono.ts";
import { soundKoa } from "./sound/koa.ts";
import { soundNest } from "./sound/nestjs.ts";
import { soundNext } from "./sound/nextjs.ts";
import { type SoundFramework, soundRoutes, task } from "./sound/sound.ts";

const issuer = createTestIssuer();
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
});

const frameworks: readonly SoundFramework[] = [
  soundFastify,
  ...soundExpress,
  soundHono,
  soundKoa,
  ...soundNest,
  soundH3,
  soundH3V1,
  soundElysia,
  ...soundHandlers,
  soundNext,
];

describe.each(frameworks)("$name", ({ name, build }) => {
  it.each([
    { concealOwnerMismatch: false, tasks: "of unknown objects", params: {} },
    { concealOwnerMismatch: true, tasks: "of objects that exist", params: { taskId: task.id } },
  ])("finds nothing behind Usher's guard, on paths $tasks", async ({ concealOwnerMismatch, params }) => {
    const { app, routes, close } = await build({
      ...{ verifier, concealOwnerMismatch, log: false },
      ownerParam: { userId: "sub", orgId: "org" },
    });
    const isModule = name.startsWith("route module");
    const prefix = name.startsWith("nestjs") ? "/rest/v1" : "";
    try {
      const report = await expectGuarded(app, {
        ...{ issuer, params, ...(routes && { routes }) },
        ...(!isModule && { public: [`GET ${prefix}/health`], optional: [`${prefix}/greeting`] }),
        ownerParams: { userId: "sub", orgId: "org" },
        users: [{ id: "alice", claims: { role: "admin" } }, "bob"],
      });
      if (!isModule)
        expect(report.routes.map((route) => route.replace(prefix, "").replace(/\/$/, "")).toSorted()).toEqual(
          soundRoutes.toSorted(),
        );
    } finally {
      await close?.();
    }
  });
});
