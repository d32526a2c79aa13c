import type { Verifier } from "@usher-auth/verify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Database } from "../db.ts";
import { answers } from "../openapi/answers.ts";

const live = z.object({ status: z.literal("live") });
const readiness = z.object({
  status: z.enum(["ready", "unavailable"]),
  database: z
    .enum(["up", "full", "down"])
    .describe(
      "`full`: its disk is nearly full; it is read, and nothing is written until there is more room.",
    ),
  keys: z
    .enum(["fresh", "stale", "missing"])
    .describe(
      "`stale`: the issuer cannot be reached, and the last good keys serve. A shared secret is always fresh.",
    ),
  keysAge: z.int().nullable().describe("Seconds since the keys were fetched; null where none were."),
  revocations: z
    .enum(["current", "stale", "missing"])
    .nullable()
    .describe(
      "`stale`: the store of revocations cannot be reached. `missing`: it never was, since the start. null: none are asked about.",
    ),
  revocationsAge: z
    .int()
    .nullable()
    .describe("Seconds since the store showed that nothing is missing; null where it never did."),
  whenStale: z
    .enum(["refuse", "accept"])
    .nullable()
    .describe(
      "What is done with tokens, unless they are known to be revoked, while the revocations are not current.",
    ),
});

/**
 * For load balancers and supervisors, without a token: whether the process runs, and whether it can serve
 * requests.
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
        503: answers(
          "The database does not answer in time, there are no keys to verify tokens with, or no current revocations",
          readiness,
        ),
      },
    },
    handler: async (_request, reply) => {
      // Missing keys are fetched for this as for a token: where nobody sends any before this says ready,
      // nobody would.
      const [isUp] = await Promise.all([database.isUp(), verifier.ready().catch(() => undefined)]);
      const { state, age = null } = verifier.keyStatus();
      const revoked = verifier.revocations?.status();
      const isHeld = revoked?.whenStale === "refuse" && revoked.state !== "current";
      const isReady = isUp && state !== "missing" && !isHeld;
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
