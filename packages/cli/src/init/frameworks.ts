/** The frameworks that `usher-auth init` knows. */
export const frameworkNames = [
  "fastify",
  "express",
  "hono",
  "koa",
  "nestjs",
  "h3",
  "h3-v1",
  "elysia",
  "fetch",
  "next",
  "node",
  "trpc",
] as const;

/** A framework that `usher-auth init` knows. `fetch` is every framework of fetch handlers, such as SvelteKit. */
export type FrameworkName = (typeof frameworkNames)[number];
