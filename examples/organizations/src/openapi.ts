import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

/**
 * Serves the OpenAPI document at `/openapi.json`. What it says of the guard (`security` and `x-usher`) comes from
 * the guard itself, so it cannot go out of date. `usher-auth audit` reads it.
 */
export async function describeApi(app: FastifyInstance, url: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Organizations", version: "0.1.0" },
      servers: [{ url }],
      components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
    },
    transform: ({ schema, url: path, route }) => {
      const [method] = [route.method].flat();
      const guarded = app.usher.routes().find((one) => one.url === path && one.method === method);
      if (guarded === undefined) throw new Error(`${method} ${path} is not guarded`);
      const bearer = { bearer: [] };
      const stated = {
        owners: guarded.owners,
        exceptions: guarded.exceptions,
        exceptionParams: route.config?.owner?.params ?? guarded.ownerParams,
        optionalAuth: guarded.optionalAuth,
        policies: guarded.policies,
      };
      const security = guarded.public ? [] : guarded.optionalAuth ? [{}, bearer] : [bearer];
      return { url: path, schema: { ...schema, security, "x-usher": stated } as typeof schema };
    },
  });
  app.get("/openapi.json", { config: { public: true } }, () => app.swagger());
}
