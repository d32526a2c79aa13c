import type { FastifyInstance } from "fastify";

/**
 * Browsers request an icon for every page, such as /docs, without a token. Without this route, each visit
 * would log a rejection. There is no icon; browsers may cache that for a day.
 */
export async function faviconRoute(app: FastifyInstance): Promise<void> {
  app.get(
    "/favicon.ico",
    { config: { public: true }, schema: { hide: true } as object, exposeHeadRoute: false },
    (_request, reply) => reply.code(204).header("cache-control", "public, max-age=86400").send(),
  );
}
