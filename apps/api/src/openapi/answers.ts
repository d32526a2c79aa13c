import type { z } from "zod";

/** Documents a JSON response of a route. */
export function answers<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}
