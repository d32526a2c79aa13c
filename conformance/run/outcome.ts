import { type AuthError, isAuthError, type Principal } from "@usher-auth/verify";
import { createGuard, type GuardOptions, type Refusal } from "@usher-auth/verify/guard";

/** What a client gets for a rejected request. */
export interface Refuses {
  readonly code: string;
  readonly status: number;
  /** The header `WWW-Authenticate`; null if there is none. */
  readonly challenge: string | null;
  /** The header `Retry-After`; null if there is none. */
  readonly retryAfter: string | null;
  readonly body: string;
}

/** What a vector ends in. */
export type Outcome<Accepted> = { readonly accepts: Accepted } | { readonly refuses: Refuses };

/** Options of a guard that change what a client gets. */
export type AnswerOptions = Pick<GuardOptions, "realm" | "concealOwnerMismatch">;

/** Runs a step of the guard and returns its outcome. An exception that is no refusal fails the vector. */
export async function outcomeOf<Accepted>(
  run: () => Accepted | PromiseLike<Accepted>,
  options?: AnswerOptions,
): Promise<Outcome<Accepted>> {
  try {
    return { accepts: await run() };
  } catch (error) {
    if (!isAuthError(error)) throw error;
    return { refuses: refusesOf(error, refusalOf(error, options)) };
  }
}

/** The response of a guard to an error. */
export function refusalOf(error: AuthError, options: AnswerOptions = {}): Refusal {
  return createGuard({ verifier: unusedVerifier, ownerParam: "userId", ...options }).refuse(error, undefined);
}

function refusesOf({ code }: { readonly code: string }, refusal: Refusal): Refuses {
  const { status, headers, body } = refusal;
  return {
    code,
    status,
    challenge: headers["www-authenticate"] ?? null,
    retryAfter: headers["retry-after"] ?? null,
    body,
  };
}

/** A principal as the vectors write it: the same members, as a plain object. */
export function plainPrincipal(principal: Principal): Principal {
  return { ...principal };
}

function unused(): never {
  throw new Error("this vector has no token to verify");
}
const unusedVerifier = { verify: unused, verifySync: unused, ready: unused };
