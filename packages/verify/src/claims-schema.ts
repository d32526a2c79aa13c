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
  try {
    ask(schema, {});
  } catch (error) {
    throw new ConfigurationError(
      `claims: asked about an empty object, ${(error as AuthError).hint}. It must answer at once, with issues.`,
    );
  }

  return (claims) => {
    const result = ask(schema, claims);
    if (result.issues === undefined) return result.value;
    const [issue] = result.issues;
    const path = (issue?.path ?? []).map((key) => String(typeof key === "object" ? key.key : key)).join(".");
    throw refused(`refuses \`${path}\``);
  };
}

/**
 * What the schema says. It is the user's code, and a token its input: whatever it does comes to an AuthError.
 *
 * @throws {AuthError} `claims_invalid`.
 */
function ask<Claims>(schema: StandardSchema<Claims>, claims: unknown): SchemaResult<Claims> {
  let answer: ReturnType<StandardSchema<Claims>["~standard"]["validate"]>;
  try {
    answer = schema["~standard"].validate(claims);
    if (!("then" in answer)) return answer;
  } catch (cause) {
    throw refused("threw", cause);
  }
  // Nobody waits for this one; its rejection must not end the process.
  answer.then(undefined, () => undefined);
  // zod asks a schema that threw once more, asynchronously: from here the two look alike.
  throw refused("answered with a promise: it is asynchronous, or a transform of it threw");
}

function refused(what: string, cause?: unknown): AuthError {
  return new AuthError("claims_invalid", { hint: `the claims schema ${what}`, cause });
}
