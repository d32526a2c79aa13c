import { AuthError, type AuthErrorCode } from "@usher-auth/verify";
import { httpProblem, type Problem } from "@usher-auth/verify/http";
import { type AnswerOptions, refusalOf } from "./outcome.ts";

/** A code, and the guard's options that change the response. */
export interface ErrorVector extends AnswerOptions {
  readonly name: string;
  readonly code: string;
}

/** The whole response. */
export interface ErrorResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The members of the body. */
  readonly problem: Readonly<Record<string, unknown>>;
}

export async function runError({
  code,
  name: _,
  ...options
}: ErrorVector): Promise<{ responds: ErrorResponse }> {
  const { realm, concealOwnerMismatch } = options;
  const { status, headers, body } = refusalOf(new AuthError(code as AuthErrorCode), {
    ...(realm !== undefined && { realm }),
    ...(concealOwnerMismatch !== undefined && { concealOwnerMismatch }),
  });
  return { responds: { status, headers: { ...headers }, body, problem: JSON.parse(body) } };
}

/** An error that is not about authentication, such as a path that does not exist. */
export interface HttpErrorVector {
  readonly status: number;
}

export async function runHttpError({ status }: HttpErrorVector): Promise<{ problem: Problem }> {
  return { problem: httpProblem(status) };
}
