import type { FastifyInstance } from "fastify";

/** Greets anyone, and signed-in users by their id. A token that is sent must be valid. */
export async function greetingRoute(app: FastifyInstance): Promise<void> {
  app.get("/greeting", { config: { optionalAuth: true } }, ({ optionalPrincipal }) => ({
    greeting: optionalPrincipal === null ? "Hello" : `Hello, ${optionalPrincipal.id}`,
  }));
}
