import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const schema = JSON.parse(
  readFileSync(new URL("../../schema/audit-event.schema.json", import.meta.url), "utf8"),
) as object;
const validate = new Ajv2020({ formats: { "date-time": true }, allErrors: true }).compile(schema);

/** What is wrong with an entry, by the published schema; empty if nothing is. */
export function faultsOf(entry: unknown): readonly string[] {
  return validate(entry)
    ? []
    : (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
}
