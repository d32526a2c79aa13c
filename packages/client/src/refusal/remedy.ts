import type { ApiProblem } from "./api-problem.ts";
import { challengeProblem } from "./challenge.ts";
import { isCodeOfGuard, isResolvedByNewToken } from "./error-codes.ts";
import { readProblems } from "./problem.ts";
import type { ReauthenticationRequired } from "./step-up.ts";

/** What may resolve a refusal. */
export type Remedy =
  /** To send the request again with a new token. */
  | { readonly kind: "new token" }
  /** To send the request again after the user has signed in. */
  | { readonly kind: "sign-in"; readonly required: ReauthenticationRequired }
  /** A new token for later requests: other parts of this one have been executed. */
  | { readonly kind: "new token next time" };

/**
 * Finds what may resolve the refusal in a response. Undefined if it is not one, or nothing can.
 *
 * The code of the guard decides. Without one, in a body that another server wrote or that HEAD does not have,
 * the Bearer challenge does. A browser hides the challenge of another origin, unless CORS exposes it: then a
 * 401 to HEAD is tried once more.
 */
export async function findRemedy(response: Response, method: string): Promise<Remedy | undefined> {
  if (response.status !== 401 && response.status !== 207) return undefined;
  const problems = await readProblems(response);
  const resolved = problems.filter((problem) => isResolvedByNewToken(problem?.code));
  if (response.status === 207 || new Set(problems.map((problem) => problem?.code)).size > 1)
    return resolved.length > 0 ? { kind: "new token next time" } : undefined;
  if (resolved.length > 0) return { kind: "new token" };

  const problem = deciding(problems[0], response);
  if (problem?.code === "reauthentication_required")
    return { kind: "sign-in", required: { maxAge: problem.maxAge } };
  if (problem?.code === "invalid_token") return { kind: "new token" };
  const isUnknown = problem === undefined && response.headers.get("www-authenticate") === null;
  return isUnknown && method === "HEAD" ? { kind: "new token" } : undefined;
}

function deciding(problem: ApiProblem | undefined, response: Response): ApiProblem | undefined {
  if (problem !== undefined && isCodeOfGuard(problem.code)) return problem;
  return challengeProblem(response) ?? problem;
}
