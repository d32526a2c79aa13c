import { AuthError, ConfigurationError } from "./errors.ts";
import type { SchemaResult, StandardSchema } from "./standard-schema.ts";

/** Turns verified claims into what the principal carries. */
export type ReadClaims<Claims> = (claims: unknown) => Claims;

/**
 * Makes a claims reader out of a Standard Schema.
 *
 * It is tried once now, on an object without claims, so that one that answers asynchronously is found at once:
 * verification does no I/O. One that does so only for some tokens, or throws for them, refuses those.
 *
 * @throws {ConfigurationError} What is no schema, or cannot be asked synchronously.
 */
export function claimsReader<Claims>(schema: StandardSchema<Claims>): ReadClaims<Claims> {
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw new ConfigurationError("claims: give a Standard Schema (zod, valibot, arktype, ...).");
  }
  const unusable = ask(schema, {}).failure;
  if (unusable !== undefined) {
    throw new ConfigurationError(
      `claims: asked about an object without claims, the schema ${unusable.reason}. It must answer at once, with issues where claims are missing.`,
    );
  }

  return (claims) => {
    const { result, failure } = ask(schema, claims);
    if (result === undefined) {
      throw new AuthError("claims_invalid", { hint: `the claims schema ${failure.reason}`, cause: failure.cause });
    }
    if (result.issues === undefined) return result.value;
    const [issue] = result.issues;
    const path = (issue?.path ?? []).map((key) => String(typeof key === "object" ? key.key : key)).join(".");
    throw new AuthError("claims_invalid", { hint: `the claims schema refuses \`${path}\`` });
  };
}

type Answer<Claims> =
  | { readonly result: SchemaResult<Claims>; readonly failure?: undefined }
  | { readonly result?: undefined; readonly failure: { readonly reason: string; readonly cause?: unknown } };

/** What the schema says, or why it says nothing. Never throws: the schema is the user's code, and a token its input. */
function ask<Claims>(schema: StandardSchema<Claims>, claims: unknown): Answer<Claims> {
  try {
    const result = schema["~standard"].validate(claims);
    if (!("then" in result)) return { result };
    // Nobody waits for this one; its rejection must not end the process.
    result.then(undefined, () => undefined);
    // zod asks a schema that threw once more, asynchronously: from here the two look alike.
    return { failure: { reason: "answered with a promise: it is asynchronous, or a transform of it threw" } };
  } catch (cause) {
    return { failure: { reason: "threw", cause } };
  }
}
