import { AuthError, ConfigurationError } from "../errors.ts";
import { quote } from "../log-text.ts";
import { ignorePromise } from "../user-code/thenable.ts";
import type { StandardSchema } from "./standard-schema.ts";

/**
 * Turns verified claims into what the principal carries.
 *
 * @param claims A copy of their own: schemas may change what they are given.
 * @throws {AuthError} `claims_invalid`.
 */
export type ReadClaims<Claims> = (claims: unknown) => Claims;

/**
 * Makes a claims reader out of a Standard Schema.
 *
 * It is tried once now, on an object without claims, so that one that answers asynchronously is found at
 * once: verification does no I/O. One that does so only for some tokens, or throws for them, refuses those.
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
    const verdict = ask(schema, claims);
    if (verdict.why !== undefined) throw refused(verdict.why);
    return verdict.value;
  };
}

/**
 * What came of asking. Read once, here: an answer is an object of the user's, which may say something else
 * each time.
 */
type Verdict<Claims> =
  | { readonly why?: undefined; readonly value: Claims }
  | { readonly why: string; readonly value?: undefined };

/**
 * What the schema says. It is the user's code, and a token its input: whatever it does comes to an AuthError.
 *
 * @throws {AuthError} `claims_invalid`: it threw, or did not answer.
 */
function ask<Claims>(schema: StandardSchema<Claims>, claims: unknown): Verdict<Claims> {
  try {
    const answer = schema["~standard"].validate(claims);
    if (!ignorePromise(answer)) {
      const verdict = readAnswer<Claims>(answer);
      // As of a schema whose transform is asynchronous, which some libraries do not notice.
      if (!ignorePromise(verdict.value)) return verdict;
    }
  } catch (cause) {
    throw refused("threw", cause);
  }
  // zod asks a schema that threw once more, asynchronously: from here the two look alike.
  throw refused("answered with a promise: it is asynchronous, or a transform of it threw");
}

/** Neither a value nor issues is no answer, and so a refusal. */
function readAnswer<Claims>(answer: unknown): Verdict<Claims> {
  const { issues, value } = answer as { issues?: unknown; value: Claims };
  if (issues === undefined && "value" in (answer as object)) return { value };
  const [issue] = (issues ?? []) as readonly { readonly path?: Iterable<unknown> }[];
  const path = [...(issue?.path ?? [])].map(nameOf).join(".");
  return { why: `refuses \`${quote(path).slice(1, -1)}\`` };
}

/** A step of an issue's path: a key, or an object that has it. The names may come out of the token. */
function nameOf(step: unknown): string {
  return String(typeof step === "object" && step !== null ? (step as { key?: unknown }).key : step);
}

function refused(what: string, cause?: unknown): AuthError {
  return new AuthError("claims_invalid", { hint: `the claims schema ${what}`, cause });
}
