import type { FrameworkName } from "../frameworks.ts";

/** A framework whose app is a value that routes are added to. */
export type AppFramework = Extract<
  FrameworkName,
  "fastify" | "express" | "hono" | "koa" | "h3" | "h3-v1" | "elysia"
>;

/** How an app is created: `new Hono()`, `fastify()`. */
interface Constructor {
  readonly module: string;
  /** `default` is the module itself as well. */
  readonly names: readonly string[];
}

/** How each framework's app is created. */
export const constructors: Readonly<Record<AppFramework, readonly Constructor[]>> = {
  fastify: [{ module: "fastify", names: ["default", "fastify", "*"] }],
  express: [{ module: "express", names: ["default", "*"] }],
  hono: [
    { module: "hono", names: ["Hono"] },
    { module: "hono/quick", names: ["Hono"] },
    { module: "hono/tiny", names: ["Hono"] },
    { module: "@hono/zod-openapi", names: ["OpenAPIHono"] },
  ],
  koa: [{ module: "koa", names: ["default", "*"] }],
  h3: [{ module: "h3", names: ["H3"] }],
  "h3-v1": [{ module: "h3", names: ["createApp"] }],
  elysia: [{ module: "elysia", names: ["Elysia", "default"] }],
};

/** Whether the framework has apps that a guard is added to. */
export function isAppFramework(framework: FrameworkName): framework is AppFramework {
  return Object.hasOwn(constructors, framework);
}
