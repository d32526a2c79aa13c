import { callWithDeadline } from "../deadline.ts";

/** What the API asks for, passed to `onReauthenticationRequired`. */
export type ReauthenticationRequired = {
  /** How long ago the user may have signed in, in seconds. Undefined if the API does not say. */
  readonly maxAge: number | undefined;
};

/** Asks the user to sign in again. Calls that need it at the same time share one question. */
export type StepUp = {
  /** The number of questions that were answered, at the start of a call. */
  answered(): number;
  /**
   * Resolves to whether the user has signed in again since the call began. Never rejects.
   *
   * @param since - the result of `answered()` when the call began
   */
  signInAgain(event: ReauthenticationRequired, since: number): Promise<boolean>;
  /** The session has ended: later calls ask again, and do not wait for an answer of the previous user. */
  forget(): void;
};

export type StepUpOptions = {
  /** The application's function. It may throw, reject, hang, or return anything; only `true` counts. */
  ask: (event: ReauthenticationRequired) => unknown;
  /** Milliseconds until an unanswered question counts as `false`. */
  deadline: number;
  /** Called when the user has signed in again, before the calls that wait for it continue. */
  onSignedIn: () => void;
};

export function createStepUp({ ask, deadline, onSignedIn }: StepUpOptions): StepUp {
  let pending: Promise<boolean> | undefined;
  let answered = 0;
  let lastAnswer = false;

  async function askUser(event: ReauthenticationRequired): Promise<boolean> {
    const timeout = () => new Error(`it did not answer within ${deadline} ms`);
    try {
      return (await callWithDeadline(() => ask(event), deadline, timeout)) === true;
    } catch (error) {
      console.error("@usher-auth/client: onReauthenticationRequired failed:", error);
      return false;
    }
  }

  function askOnce(event: ReauthenticationRequired): Promise<boolean> {
    const question = askUser(event).then((answer) => {
      if (pending === question) {
        pending = undefined;
        answered += 1;
        lastAnswer = answer;
      }
      if (answer) onSignedIn();
      return answer;
    });
    pending = question;
    return question;
  }

  return {
    answered: () => answered,
    async signInAgain(event, since) {
      // The answer came while this call waited for its response.
      if (answered !== since) return lastAnswer;
      return await (pending ?? askOnce(event));
    },
    forget() {
      pending = undefined;
    },
  };
}
