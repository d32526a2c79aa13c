import { AuthError, ConfigurationError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import type { StandardSchema } from "./standard-schema.ts";

/**
 * Turns verified claims into `principal.claims`.
 *
 * @param claims A copy: a schema may change its input.
 * @throws {AuthError} `claims_invalid`.
 */
export type ReadClaims<Claims> = (claims: unknown) => Claims;

/**
 * Creates a claims reader from a Standard Schema.
 *
 * Validates an empty object once, so that an asynchronous schema is found at startup: verification does no
 * I/O. A schema that is asynchronous, or throws, for some tokens only rejects those.
 *
 * @throws {ConfigurationError} Not a schema, or an asynchronous one.
 */
export function claimsReader<Claims>(schema: StandardSchema<Claims>): ReadClaims<Claims> {
  if (typeof schema?.["~standard"]?.validate !== "function") {
    throw new ConfigurationError("claims: must be a Standard Schema (zod, valibot, arktype, ...).");
  }
  try {
    validate(schema, {});
  } catch (error) {
    throw new ConfigurationError(
      `claims: for an empty object, ${(error as AuthError).hint}. It must be synchronous and return issues.`,
    );
  }

  return (claims) => {
    const verdict = validate(schema, claims);
    if (verdict.why !== undefined) throw refused(verdict.why);
    return verdict.value;
  };
}

/** The result of a validation, copied here: the original is the application's object and may change. */
type Verdict<Claims> =
  | { readonly why?: undefined; readonly value: Claims }
  | { readonly why: string; readonly value?: undefined };

/**
 * Runs the schema. It is the application's code, and the token is its input. Every failure becomes an
 * AuthError.
 *
 * @throws {AuthError} `claims_invalid`: it threw, or returned no result.
 */
function validate<Claims>(schema: StandardSchema<Claims>, claims: unknown): Verdict<Claims> {
  try {
    const answer = schema["~standard"].validate(claims);
    if (!ignorePromise(answer)) {
      const verdict = readAnswer<Claims>(answer);
      // A schema with an asynchronous transform, which some libraries do not notice, returns a promise as its
      // value.
      if (!ignorePromise(verdict.value)) return verdict;
    }
  } catch (cause) {
    throw refused("threw", cause);
  }
  // zod runs a schema that threw a second time, asynchronously. The two cases look the same here.
  throw refused("returned a promise: it is asynchronous, or one of its transforms threw");
}

/** A result without a value and without issues is a rejection. */
function readAnswer<Claims>(answer: unknown): Verdict<Claims> {
  const { issues, value } = answer as { issues?: unknown; value: Claims };
  if (issues === undefined && "value" in (answer as object)) return { value };
  const [issue] = (issues ?? []) as readonly { readonly path?: Iterable<unknown> }[];
  const path = [...(issue?.path ?? [])].map(nameOf).join(".");
  return { why: `refuses \`${quote(path).slice(1, -1)}\`` };
}

/** A step of an issue's path: a key, or an object with a key. The names may come from the token. */
function nameOf(step: unknown): string {
  return String(typeof step === "object" && step !== null ? (step as { key?: unknown }).key : step);
}

function refused(what: string, cause?: unknown): AuthError {
  return new AuthError("claims_invalid", { hint: `the claims schema ${what}`, cause });
}
