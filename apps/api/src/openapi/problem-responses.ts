import { z } from "zod";

/** The body of every error (RFC 9457). */
const problem = z
  .object({
    type: z.string().describe("`urn:usher-auth:error:` and the code."),
    title: z.string(),
    status: z.number().int().min(400).max(599),
    code: z.string().describe("The error code, one of a closed list. Programs should switch on it."),
    detail: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("Which part of the request is invalid, and why. Only with the code `bad_request`."),
  })
  .meta({ id: "Problem", description: "An error (RFC 9457)." });

function answers(description: string) {
  return { description, content: { "application/problem+json": { schema: problem } } };
}

/** Documents the errors. The guard and `http/errors.ts` send them. */
export const problemResponses = {
  400: answers("The request is malformed, or it has credentials in two places."),
  401: answers("The token is missing or invalid. `WWW-Authenticate` has the challenge (RFC 6750)."),
  403: answers("The path belongs to another user."),
  404: answers("Not found, or not visible to this user."),
  413: answers("The body is too large."),
  415: answers("The body is not JSON."),
  500: answers("An internal error."),
  503: answers(
    "The database or the keys are unavailable at the moment. `Retry-After` says when to try again.",
  ),
};
