import swagger, { type SwaggerTransform, type SwaggerTransformObject } from "@fastify/swagger";
import type { GuardedRoute } from "@usher-auth/verify/fastify";
import type { FastifyInstance, FastifySchema, RouteOptions } from "fastify";
import { jsonSchemaTransform, jsonSchemaTransformObject } from "fastify-type-provider-zod";
import type { Config } from "../config.ts";
import { logoutOperation, logoutPath } from "./logout.ts";
import { problemResponses } from "./problem-responses.ts";

/**
 * Builds the OpenAPI 3.1 document of all routes, served at `/openapi.json`. Whether an operation requires a
 * token, and which errors the guard may answer with, is derived from the route's configuration, so it cannot
 * go out of date.
 */
export async function documentRoutes(
  app: FastifyInstance,
  { issuer, audience }: Pick<Config, "issuer" | "audience">,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Usher tasks",
        version: "0.1.0",
        description: introduction(issuer),
      },
      servers: [{ url: audience }],
      // In this order on the page.
      tags: [
        { name: "tasks", description: "A user's own tasks. Each request needs their token." },
        { name: "sessions", description: "For the issuer: sign-outs reach the API here." },
        { name: "health", description: "For load balancers and supervisors." },
        { name: "documentation" },
      ],
      components: {
        securitySchemes: {
          bearer: {
            type: "http",
            scheme: "bearer",
            bearerFormat: "JWT",
            description: "A token of the web app: `GET /api/auth/token`, for its signed-in users.",
          },
        },
      },
    },
    transform: (operation) => withGuard(operation, app.usher.routes()),
    transformObject: (document) =>
      withoutSafeLimits(withoutUnused(withOptionalBodies(jsonSchemaTransformObject(document)))),
  });
}

/** What a reader of the page needs first. Markdown. */
function introduction(issuer: string): string {
  const { origin } = new URL(issuer);
  return `Every user's own tasks. This API issues no tokens: the web app does, and the API verifies them.

To try it here, you need a token. Sign in to the [web app](${origin}) and press **Copy token**, or get one from the
command line, in the folder of the repository:

\`\`\`sh
npx usher-auth token --email ada@example.com --sign-up
\`\`\`

Paste it under Authentication. The \`userId\` in the paths is the token's \`sub\`: the web app and
\`npx usher-auth decode\` show it.`;
}

type Document = ReturnType<SwaggerTransformObject>;
type Operation = {
  requestBody?: { required: boolean; content: Record<string, { schema: { anyOf?: { type?: string }[] } }> };
};

function withGuard(
  operation: Parameters<SwaggerTransform>[0],
  routes: readonly GuardedRoute[],
): ReturnType<SwaggerTransform> {
  // The guard's plugin registers this route, without a schema.
  const own = operation.url === logoutPath ? logoutOperation : operation.schema;
  const schema = {
    ...own,
    ...guardOf(operation.route, routes),
    response: responsesOf(operation.route, own),
  };
  return jsonSchemaTransform({ ...operation, schema: schema as FastifySchema });
}

/** What the guard enforces: `security`, and for `usher-auth audit` also `x-usher`. */
function guardOf(route: RouteOptions, routes: readonly GuardedRoute[]) {
  const [method] = [route.method].flat();
  const guarded = routes.find((one) => one.method === method && one.url === route.url);
  // Not found is not public.
  if (guarded === undefined || !guarded.public) return { security: [{ bearer: [] }], ...statedBy(guarded) };
  return { security: [] };
}

function statedBy(guarded: GuardedRoute | undefined) {
  if (guarded === undefined) return {};
  const { owners, exceptions, optionalAuth } = guarded;
  return { "x-usher": { owners, exceptions, optionalAuth } };
}

function responsesOf(route: RouteOptions, schema: FastifySchema | undefined) {
  const { 400: malformed, 401: noToken, 403: notOwner, 500: fault, 503: outage } = problemResponses;
  return {
    ...(!isPublic(route) && { 400: malformed, 401: noToken, 503: outage }),
    ...(route.url.includes("/:userId") && { 403: notOwner }),
    500: fault,
    ...(schema?.response as object | undefined),
  };
}

function isPublic(route: RouteOptions): boolean {
  return route.config?.public === true;
}

/** The plugin marks every body as required. A body that may be null may also be missing. */
function withOptionalBodies(document: Document): Document {
  for (const path of Object.values(document.paths ?? {})) {
    for (const { requestBody } of Object.values(path ?? {}) as Operation[]) {
      const types = requestBody?.content["application/json"]?.schema.anyOf ?? [];
      if (requestBody && types.some(({ type }) => type === "null")) requestBody.required = false;
    }
  }
  return document;
}

/** Removes unused schemas: the plugin adds one for requests and one for responses in any case. */
function withoutUnused(document: Document): Document {
  const { components: parts, ...rest } = document as { components: { schemas: Record<string, object> } };
  const used = new Map<string, object>();
  const visit = (value: object): void => {
    for (const [, name = ""] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const schema = parts.schemas[name];
      if (schema === undefined || used.has(name)) continue;
      used.set(name, schema);
      visit(schema);
    }
  };
  visit(rest);
  return { ...document, components: { ...parts, schemas: Object.fromEntries(used) } };
}

/**
 * Removes the limits that zod adds to every integer without any: the integers that JavaScript can hold. They
 * say nothing about this API.
 */
function withoutSafeLimits(document: Document): Document {
  return JSON.parse(JSON.stringify(document), (key, value) => {
    const isLimit =
      (key === "minimum" && value === Number.MIN_SAFE_INTEGER) ||
      (key === "maximum" && value === Number.MAX_SAFE_INTEGER);
    return isLimit ? undefined : value;
  });
}
