import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { readFile } from "./read-vectors.ts";

const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, allowUnionTypes: true });
ajv.addSchema(readFile<object>("schema.json"), "schema.json");

const names = [
  "tokens",
  "authorization",
  "paths",
  "policies",
  "callers",
  "keysets",
  "configuration",
  "hosts",
  "errors",
  "keys",
];

describe("schema.json", () => {
  it.for(names)("describes %s.json", (name) => {
    const validate = ajv.getSchema(`schema.json#/$defs/${name}`);
    if (validate === undefined) throw new Error(`the schema has no $defs/${name}`);
    expect(validate(readFile(`${name}.json`)) ? [] : validate.errors?.slice(0, 5)).toEqual([]);
  });

  it("rejects a vector without a verdict", () => {
    const file = readFile<{ readonly vectors: readonly { readonly accepts?: object }[] }>("tokens.json");
    const { accepts: _, ...vector } = file.vectors[0] ?? {};
    const validate = ajv.getSchema("schema.json#/$defs/tokens");
    expect(validate?.({ ...file, vectors: [vector] })).toBe(false);
  });
});
