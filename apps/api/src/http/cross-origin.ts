import cors from "@fastify/cors";
import type { FastifyInstance, FastifyRequest } from "fastify";

/**
 * Lets pages of one origin call the API, and no others. Must be registered before the guard, so that a
 * refusal can be read by the page, and a preflight, which never has a token, is answered.
 */
export async function allowOrigin(app: FastifyInstance, origin: string): Promise<void> {
  const options = {
    origin: [origin],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["authorization", "content-type", "x-request-id"],
    exposedHeaders: ["location", "retry-after", "www-authenticate", "x-request-id"],
    maxAge: 600,
  };
  await app.register(cors, {
    delegator: (request, done) => done(null, { ...options, preflight: isPreflight(request) }),
  });
}

/**
 * Fetch standard, "CORS-preflight request". Any other OPTIONS goes the way of all requests, past the guard.
 */
function isPreflight({ method, headers }: FastifyRequest): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}
