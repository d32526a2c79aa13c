/** The OpenAPI 3.0 document of a {@link startBackend} server: the paths of each collection. */
export function backendDocument(collections: readonly string[]): object {
  return {
    openapi: "3.0.3",
    info: { title: "Shelves", version: "1" },
    servers: [{ url: "/v1" }],
    components: {
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
      parameters: {
        user: { name: "user_id", in: "path", required: true, schema: { type: "string" } },
        item: { name: "item_id", in: "path", required: true, schema: { type: "integer" } },
      },
      schemas: {
        Item: {
          type: "object",
          required: ["text"],
          properties: {
            id: { type: "integer", readOnly: true },
            text: { type: "string", minLength: 3, maxLength: 40 },
            rank: { type: "integer", minimum: 0, exclusiveMinimum: true, nullable: true },
          },
        },
      },
    },
    security: [{ bearer: [] }],
    paths: {
      "/health": { get: { security: [], responses: { 200: { description: "fine" } } } },
      ...Object.fromEntries(collections.flatMap((collection) => pathsOf(collection))),
    },
  };
}

function pathsOf(collection: string): [string, object][] {
  const requestBody = { content: { "application/json": { schema: { $ref: "#/components/schemas/Item" } } } };
  const responses = { 200: { description: "done" } };
  const user = { $ref: "#/components/parameters/user" };
  const item = { $ref: "#/components/parameters/item" };
  return [
    [
      `/users/{user_id}/${collection}`,
      { parameters: [user], get: { responses }, post: { requestBody, responses } },
    ],
    [
      `/users/{user_id}/${collection}/{item_id}`,
      {
        parameters: [user, item],
        get: { responses },
        put: { requestBody, responses },
        delete: { responses },
      },
    ],
  ];
}
