import type { Behaviour, BehaviourName } from "./behaviours.ts";

/**
 * What came of a call whose user code misbehaved, as the one who called sees it.
 *
 * - `served`: as if the callback had behaved.
 * - `refused`: a definite no (a 4xx, an `AuthError` with such a code). Nobody got what was not theirs.
 * - `unavailable`: a 503, or an error that says "try again". Nobody was signed out.
 * - `failed`: the callback's own error came to its owner: the call rejects, or the framework answers 500.
 */
export type Outcome = "served" | "refused" | "unavailable" | "failed";

/** A callback that users hand in: a row of the table. */
export interface Callback {
  /** Package, function and option: `verify createGuard onReject`. */
  readonly name: string;
  /**
   * Sets everything up with the misbehaving callback, makes the call, and then another one after the callback
   * behaves again. Must itself come to an end, within a few seconds, with "never settles" too: make the
   * deadline under test short.
   */
  use(behaviour: Behaviour): Promise<{ readonly during: Outcome; readonly afterwards: Outcome }>;
  /**
   * What is expected `during`, by behaviour; `usual` for those that are not named. Afterwards everything is
   * `served`.
   */
  readonly expected: Partial<Record<BehaviourName, Outcome>> & { readonly usual: Outcome };
}
