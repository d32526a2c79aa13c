import type { Verifier } from "@usher-auth/verify";
import { keyStatus } from "@usher-auth/verify/keys";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Database } from "../db.ts";
import { answers } from "../openapi/answers.ts";

const live = z.object({ status: z.literal("live") });
const readiness = z.object({
  status: z.enum(["ready", "unavailable"]),
  database: z
    .enum(["up", "full", "down"])
    .describe("`full`: the disk is nearly full; reads work, writes are rejected until there is more room."),
  keys: z
    .enum(["fresh", "stale", "missing"])
    .describe(
      "`stale`: the issuer is unreachable, and the last good keys are used. A shared secret is always fresh.",
    ),
  keysAge: z.int().nullable().describe("Seconds since the keys were fetched; null if they were not."),
  revocations: z
    .enum(["current", "stale", "missing"])
    .nullable()
    .describe(
      "`stale`: the store is unreachable. `missing`: it has been since the start. null: revocations are off.",
    ),
  revocationsAge: z
    .int()
    .nullable()
    .describe("Seconds since the list was last known to be complete; null if it never was."),
  whenStale: z
    .enum(["refuse", "accept"])
    .nullable()
    .describe(
      "What happens to tokens that are not known to be revoked while the revocations are not current.",
    ),
});

/**
 * Public, for load balancers and supervisors: whether the process runs, and whether it can serve requests.
 */
export const healthRoutes: FastifyPluginAsyncZod<{ database: Database; verifier: Verifier }> = async (
  app,
  { database, verifier },
) => {
  app.route({
    method: "GET",
    url: "/health/live",
    config: { public: true },
    schema: {
      summary: "Whether the process runs",
      operationId: "live",
      tags: ["health"],
      response: { 200: answers("The process runs", live) },
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
        200: answers("Requests can be served", readiness),
        503: answers(
          "The database does not answer in time, there are no keys, or the revocations are not current",
          readiness,
        ),
      },
    },
    handler: async (_request, reply) => {
      // Fetches missing keys: a balancer sends no tokens before this answers 200.
      const [isUp] = await Promise.all([database.isUp(), verifier.ready().catch(() => undefined)]);
      const { state, age = null } = keyStatus(verifier);
      const revoked = verifier.revocations?.status();
      const isBlocked = revoked?.whenStale === "refuse" && revoked.state !== "current";
      const isReady = isUp && state !== "missing" && !isBlocked;
      return reply.code(isReady ? 200 : 503).send({
        status: isReady ? "ready" : "unavailable",
        database: isUp ? (database.isFull() ? "full" : "up") : "down",
        keys: state,
        keysAge: age,
        revocations: revoked?.state ?? null,
        revocationsAge: revoked?.staleness ?? null,
        whenStale: revoked?.whenStale ?? null,
      });
    },
  });
};
