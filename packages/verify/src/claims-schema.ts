import { AuthError, ConfigurationError } from "./errors.ts";
import type { StandardSchema } from "./standard-schema.ts";

/** Turns verified claims into what the principal carries. */
export type ReadClaims<Claims> = (claims: unknown) => Claims;

/**
 * Makes a claims reader out of a Standard Schema.
 *
 * @throws {ConfigurationError} At once, for what is no schema or validates asynchronously: verification does no I/O.
 */
export function claimsReader<Claims>(schema: StandardSchema<Claims>): ReadClaims<Claims> {
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw new ConfigurationError("claims: give a Standard Schema (zod, valibot, arktype, ...).");
  }
  const validate = (claims: unknown) => {
    const result = schema["~standard"].validate(claims);
    if (result instanceof Promise) {
      // Nobody waits for this one; its rejection must not end the process.
      result.catch(() => undefined);
      throw new ConfigurationError("claims: the schema validates asynchronously. Use one that answers at once.");
    }
    return result;
  };
  validate({});

  return (claims) => {
    const result = validate(claims);
    if (result.issues === undefined) return result.value;
    const [issue] = result.issues;
    const path = (issue?.path ?? []).map((key) => String(typeof key === "object" ? key.key : key)).join(".");
    throw new AuthError("claims_invalid", { hint: `the claims schema refuses \`${path}\`` });
  };
}
