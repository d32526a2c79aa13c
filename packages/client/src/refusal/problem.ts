import type { AuthErrorCode } from "./error-codes.ts";

/**
 * The problem body of an error response (RFC 9457). Made by {@link readProblem}.
 *
 * The body is the API's text: members of another type than stated here are undefined.
 */
export type ApiProblem = {
  /** The response's status. */
  readonly status: number;
  /** The code to switch on: one of the guard's, or one of the API's own. */
  readonly code: AuthErrorCode | (string & Record<never, never>);
  /** The code in words. */
  readonly title: string | undefined;
  /** One sentence for the developer. */
  readonly detail: string | undefined;
  /** With `scope_insufficient`: the scopes that are needed, if the API names them. */
  readonly scopes: readonly string[] | undefined;
  /** With `reauthentication_required`: how long ago the user may have signed in, in seconds. */
  readonly maxAge: number | undefined;
};

/**
 * Reads the problem of an error response of a guarded API: why it was rejected, and what would be accepted.
 * Leaves the response's body unread. Undefined if the body is not a problem with a code, for example an error
 * page of a proxy.
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
  const mediaType = response.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/problem+json") return undefined;
  const body = parse(await response.clone().text());
  const code = textOf(body.code);
  if (code === undefined) return undefined;
  return {
    status: response.status,
    code,
    title: textOf(body.title),
    detail: textOf(body.detail),
    scopes: textOf(body.scope)?.split(" "),
    maxAge: secondsOf(body.max_age),
  };
}

type ProblemBody = Readonly<Record<"code" | "title" | "detail" | "scope" | "max_age", unknown>>;

/** An empty body if the text is not a JSON object. */
function parse(text: string): Partial<ProblemBody> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Undefined unless the value is a whole number of seconds. */
export function secondsOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
