import { z } from "zod";

/** The one body of every error (RFC 9457). */
const problem = z
  .object({
    type: z.string().describe("`urn:usher-auth:error:` and the code."),
    title: z.string(),
    status: z.number().int().min(400).max(599),
    code: z.string().describe("What to switch on: one of a closed list."),
    detail: z.string(),
    errors: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .optional()
      .describe("What is wrong with which part of the request; with code `bad_request` only."),
  })
  .meta({ id: "Problem", description: "An error (RFC 9457)." });

function answers(description: string) {
  return { description, content: { "application/problem+json": { schema: problem } } };
}

/** How each error is documented. What is actually sent comes from the guard and from `src/http/errors.ts`. */
export const problemResponses = {
  400: answers("The request is malformed, or carries credentials in two places."),
  401: answers("No token, or not a valid one. The `WWW-Authenticate` header has the challenge (RFC 6750)."),
  403: answers("The path belongs to another user."),
  404: answers("There is no such thing here, at least not for this user."),
  413: answers("The body is too large."),
  415: answers("The body is not JSON."),
  500: answers("A fault of the API."),
  503: answers(
    "The database, or the keys, are not available at the moment. `Retry-After` says when to try again.",
  ),
};
