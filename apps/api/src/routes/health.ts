import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Database } from "../db/database.ts";
import { answers } from "../openapi/answers.ts";

const live = z.object({ status: z.literal("live") });
const readiness = z.object({
  status: z.enum(["ready", "unavailable"]),
  database: z.enum(["up", "down"]),
  keys: z.literal("fresh").describe("A shared secret is always fresh: nothing is fetched for it."),
});

/** For load balancers and supervisors, without a token: whether the process runs, and whether it can serve requests. */
export const healthRoutes: FastifyPluginAsyncZod<{ database: Database }> = async (app, { database }) => {
  app.route({
    method: "GET",
    url: "/health/live",
    config: { public: true },
    schema: {
      summary: "Whether the process runs",
      operationId: "live",
      tags: ["health"],
      response: { 200: answers("It does", live) },
    },
    handler: () => ({ status: "live" as const }),
  });

  app.route({
    method: "GET",
    url: "/health/ready",
    config: { public: true },
    schema: {
      summary: "Whether requests can be served",
      operationId: "ready",
      tags: ["health"],
      response: {
        200: answers("They can", readiness),
        503: answers("The database does not answer in time", readiness),
      },
    },
    handler: async (_request, reply) => {
      if (await database.isUp()) return { status: "ready" as const, database: "up" as const, keys: "fresh" as const };
      return reply.code(503).send({ status: "unavailable", database: "down", keys: "fresh" });
    },
  });
};
