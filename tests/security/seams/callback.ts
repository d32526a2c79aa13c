import type { Behaviour, BehaviourName } from "./behaviours.ts";

/**
 * The outcome of a call whose user code misbehaves, as the caller sees it.
 *
 * - `served`: as if the callback had behaved.
 * - `refused`: a definite rejection (a 4xx, or an `AuthError` with its code).
 * - `unavailable`: a 503, or an error that says "try again".
 * - `failed`: the application gets the callback's own error: the call rejects, or the framework answers 500.
 */
export type Outcome = "served" | "refused" | "unavailable" | "failed";

/** A callback of the application: a row of the table. */
export interface Callback {
  /** Package, function and option: `verify createGuard onReject`. */
  readonly name: string;
  /**
   * Sets everything up with the misbehaving callback, makes the call, and then another one after the callback
   * behaves again. Must end within a few seconds, also with "never settles": make the
   * deadline under test short.
   */
  use(behaviour: Behaviour): Promise<{ readonly during: Outcome; readonly afterwards: Outcome }>;
  /**
   * The expected outcome `during` the misbehaviour, by behaviour; `usual` for all others. Afterwards
   * everything is `served`.
   */
  readonly expected: Partial<Record<BehaviourName, Outcome>> & { readonly usual: Outcome };
}

/** Milliseconds to wait for an answer that is expected: a busy machine is slow. */
export const ANSWER_TIMEOUT = 30_000;

/**
 * Milliseconds to wait for the answer during the misbehaviour: few only where none is expected.
 *
 * @param noAnswer - the outcome of a call without an answer
 */
export function answerTimeout(
  expected: Callback["expected"],
  behaviour: Behaviour,
  noAnswer: Outcome,
): number {
  return (expected[behaviour.name] ?? expected.usual) === noAnswer ? 1000 : ANSWER_TIMEOUT;
}
