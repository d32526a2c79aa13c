import { expect, test } from "vitest";
import { settingsJsonSchema } from "../../../src/gate/settings/schema.ts";

test("the JSON Schema for editors is up to date (vitest --update writes it)", async () => {
  await expect(settingsJsonSchema()).toMatchFileSnapshot("../../../schema/usher.gate.schema.json");
});

test("every setting and every field of a route says what it is", () => {
  const schema = JSON.parse(settingsJsonSchema()) as Schema;
  const fields = [...Object.entries(schema.properties ?? {}), ...Object.entries(routeOf(schema))];
  expect(fields.length).toBeGreaterThan(15);
  for (const [name, { description }] of fields) expect(description, name).toMatch(/^\S.*[.]$/s);
  expect(schema.additionalProperties).toBe(false);
});

interface Schema {
  readonly description?: string;
  readonly additionalProperties?: boolean;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
}

function routeOf(schema: Schema): Record<string, Schema> {
  return schema.properties?.routes?.items?.properties ?? {};
}
