import cors from "@fastify/cors";
import type { FastifyInstance, FastifyRequest } from "fastify";

/**
 * Lets pages of one origin call the API, and no others. Register it before the guard: a page can then read
 * the guard's errors, and preflights, which never carry a token, are answered.
 *
 * @param readable - names of further response headers that the page may read
 */
export async function allowOrigin(
  app: FastifyInstance,
  origin: string,
  readable: readonly string[] = [],
): Promise<void> {
  const options = {
    origin: [origin],
    methods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
    allowedHeaders: ["authorization", "content-type", "x-request-id"],
    exposedHeaders: ["location", "retry-after", "www-authenticate", "x-request-id", ...readable],
    maxAge: 600,
  };
  await app.register(cors, {
    delegator: (request, done) => done(null, { ...options, preflight: isPreflight(request) }),
  });
}

/** Fetch standard, "CORS-preflight request". Every other OPTIONS request goes through the guard. */
function isPreflight({ method, headers }: FastifyRequest): boolean {
  return (
    method === "OPTIONS" &&
    headers.origin !== undefined &&
    headers["access-control-request-method"] !== undefined
  );
}
