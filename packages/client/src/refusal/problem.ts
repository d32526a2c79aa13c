import type { ApiProblem } from "./api-problem.ts";
import { challengeProblem } from "./challenge.ts";
import { type ProblemBody, problemsIn } from "./envelope.ts";
import { mediaTypeOf, readJson } from "./response-body.ts";

/**
 * Reads the problem of an error response of a guarded API: why it was rejected, and what would be accepted.
 * Leaves the response's body unread. Undefined if there is none, for example in an error page of a proxy.
 *
 * - A problem body (RFC 9457) with a `code`.
 * - An error of tRPC with `data.problem`, as `guard.formatError` adds it. In a batch, the first one.
 * - An error of GraphQL over HTTP with `extensions.problem` or `extensions.code`, if the response has no
 *   data.
 * - Otherwise the `Bearer` challenge (`WWW-Authenticate`), for example of a response to HEAD. The code is
 *   then `scope_insufficient`, `reauthentication_required`, `invalid_token` or `invalid_request`. A browser
 *   hides the challenge of another origin, unless the API exposes it (`Access-Control-Expose-Headers`).
 *
 * Does not read a body that is longer than 64 KiB or takes longer than 5 seconds.
 *
 * @throws {TypeError} The body has been read already.
 *
 * @example
 * ```ts
 * import { type ApiClient, readProblem } from "@usher-auth/client";
 *
 * export async function closeAccount(api: ApiClient): Promise<string> {
 *   const response = await api("/api/account", { method: "DELETE" });
 *   if (response.ok) return "Your account is closed.";
 *   const problem = await readProblem(response);
 *   if (problem?.code === "impersonation_forbidden") return "Only the users themselves can do this.";
 *   if (problem?.code === "scope_insufficient") return `Missing: ${problem.scopes?.join(", ")}`;
 *   return "Try again later.";
 * }
 * ```
 */
export async function readProblem(response: Response): Promise<ApiProblem | undefined> {
  if (response.bodyUsed) throw new TypeError("readProblem needs a response whose body has not been read");
  const problems = await readProblems(response);
  return problems.find((problem) => problem !== undefined) ?? challengeProblem(response);
}

/** The problems in the body: one for each part of a batch, undefined for a part without one. */
export async function readProblems(response: Response): Promise<(ApiProblem | undefined)[]> {
  // tRPC answers 207 if the calls of a batch have different statuses.
  if (response.status < 400 && response.status !== 207) return [];
  const problems = problemsIn(await readJson(response), mediaTypeOf(response));
  return problems.map((problem) => problem && toProblem(problem, response.status));
}

function toProblem(body: ProblemBody, status: number): ApiProblem {
  return {
    status,
    code: String(body.code),
    title: textOf(body.title),
    detail: textOf(body.detail),
    scopes: textOf(body.scope)?.split(" "),
    maxAge: secondsOf(body.max_age),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Undefined unless the value is a whole number of seconds. */
function secondsOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
