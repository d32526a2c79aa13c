import { SignedOutError } from "../errors.ts";
import { findRemedy, type Remedy } from "../refusal/remedy.ts";
import type { StepUp } from "../refusal/step-up.ts";
import { haveSameUser } from "../token/token-claims.ts";
import type { Tokens } from "../token/tokens.ts";
import { orAborted } from "./abort.ts";
import type { PreparedRequest } from "./prepare-request.ts";
import type { Send } from "./send.ts";

export type AuthorizedCallOptions = {
  tokens: Tokens;
  /** Undefined if the application does not ask the user to sign in again. */
  stepUp: StepUp | undefined;
  send: Send;
};

/** A request that was sent with a token. */
type Attempt = {
  readonly token: string;
  readonly response: Response;
  /** What may resolve the response's refusal. Undefined if it is none, or nothing can. */
  readonly remedy: Remedy | undefined;
};

/** Sends a request with the user's token. */
export type AuthorizedCall = (prepared: PreparedRequest) => Promise<Response>;

/**
 * Creates the function that sends a request with the user's token: once more with a new token if that may
 * help, and once more after the user has signed in again. Each at most once, and only for the same user.
 */
export function createAuthorizedCall({ tokens, stepUp, send }: AuthorizedCallOptions): AuthorizedCall {
  return async (prepared) => {
    const session = tokens.session();
    const answered = stepUp?.answered() ?? 0;
    const token = await orAborted(tokens.current(), prepared.signal);
    if (session.ended) throw session.ended;
    if (token === undefined) throw new SignedOutError();

    let attempt = await sendWith(prepared, token);
    if (!session.ended && attempt.remedy?.kind === "new token") attempt = await repeat(prepared, attempt);
    if (!session.ended && (await hasSignedInAgain(prepared, attempt, answered)))
      attempt = await repeat(prepared, attempt);
    return attempt.response;
  };

  async function sendWith(prepared: PreparedRequest, token: string): Promise<Attempt> {
    const request = prepared.withToken(token);
    const { method } = request;
    const response = await orAborted(send(request, prepared.seesRedirects), prepared.signal);
    const remedy = await orAborted(findRemedy(response, method), prepared.signal);
    if (remedy?.kind === "new token next time") tokens.discard(token);
    return { token, response, remedy };
  }

  /** Meanwhile the application may call `clearToken`: it signs the user in. `repeat` compares the user. */
  async function hasSignedInAgain(
    { signal }: PreparedRequest,
    { remedy }: Attempt,
    answered: number,
  ): Promise<boolean> {
    if (remedy?.kind !== "sign-in" || stepUp === undefined) return false;
    return await orAborted(stepUp.signInAgain(remedy.required, answered), signal);
  }

  /** Sends the request with a new token of the same user. Without one, nothing is sent. */
  async function repeat(prepared: PreparedRequest, attempt: Attempt): Promise<Attempt> {
    const { token, response } = attempt;
    if (!prepared.replayable) {
      tokens.discard(token);
      return attempt;
    }
    const session = tokens.session();
    const renewed = await orAborted(tokens.replace(token), prepared.signal);
    if (renewed === undefined || renewed === token || session.ended) return attempt;
    if (!haveSameUser(token, renewed)) return attempt;
    // Not awaited: a copy of the body may still be read. React Native has no `body`.
    response.body?.cancel().catch(() => undefined);
    return await sendWith(prepared, renewed);
  }
}
