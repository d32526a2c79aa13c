const json = { content: { "application/json": { schema: { type: "object" } } } };
const parameters = [{ name: "userId", in: "path", required: true, schema: { type: "string" } }];
const operation = (status: string) => ({
  parameters,
  responses: { [status]: { description: "Success", ...json } },
});

/** What the API behind the guards publishes about itself. Without a guard, it says that all of it is public. */
export const openApiDocument = (isGuarded: boolean) => ({
  openapi: "3.1.0",
  security: isGuarded ? [{ bearer: [] }] : [],
  info: { title: "Tasks", version: "1.0.0" },
  components: { securitySchemes: { bearer: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
  paths: {
    "/api/{userId}/tasks": {
      get: operation("200"),
      post: { ...operation("201"), requestBody: json },
    },
    "/api/{userId}/report": { get: operation("200") },
  },
});
