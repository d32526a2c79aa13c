import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { answers } from "../openapi/answers.ts";

const document = z.record(z.string(), z.unknown());

/** Serves the OpenAPI document, publicly. */
export const openApiRoute: FastifyPluginAsyncZod = async (app) => {
  app.route({
    method: "GET",
    url: "/openapi.json",
    config: { public: true },
    schema: {
      summary: "This document",
      operationId: "openApi",
      tags: ["documentation"],
      response: { 200: answers("OpenAPI 3.1", document) },
    },
    handler: () => ({ ...app.swagger() }),
  });
};
