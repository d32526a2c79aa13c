import type { z } from "zod";

/** A JSON answer of a route: what it means, and its schema. */
export function answers<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}
