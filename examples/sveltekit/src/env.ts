import { defineEnvVars } from "@sveltejs/kit/env";

/** Read when the server starts. A build needs none of them. */
const optional = (value: string | undefined) => value;

export const variables = defineEnvVars({
  BETTER_AUTH_URL: { schema: optional, description: "The public origin of this app: the issuer of tokens" },
  BETTER_AUTH_SECRET: { schema: optional, description: "Signs session cookies. At least 32 characters" },
  API_URL: { schema: optional, description: "The API's address, and the audience of its tokens" },
  DATA_DIR: { schema: (value) => value ?? ".data", description: "The folder of the database" },
});
