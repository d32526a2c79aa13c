import type { FastifyInstance } from "fastify";

/**
 * Browsers ask for an icon beside every page, such as /docs, and without a token: it would be a refusal in
 * the log at each visit. There is none; they may remember that for a day.
 */
export async function faviconRoute(app: FastifyInstance): Promise<void> {
  app.get(
    "/favicon.ico",
    { config: { public: true }, schema: { hide: true } as object, exposeHeadRoute: false },
    (_request, reply) => reply.code(204).header("cache-control", "public, max-age=86400").send(),
  );
}
