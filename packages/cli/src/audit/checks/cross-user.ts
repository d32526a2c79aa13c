import { bearer, type Scene } from "../audited-api.ts";
import { isSafe, type Operation } from "../document/operation.ts";
import { type Answer, isSuccess } from "../http/answer.ts";
import type { Difference, Values } from "../requests/request.ts";
import { discloses, tracesOf } from "../verdicts/disclosure.ts";
import type { Judgement } from "../verdicts/verdict.ts";
import type { Attempt } from "./attempt.ts";
import { type Watch, watch } from "./changes.ts";

/** A success that A had where B's things are. */
export interface Intrusion {
  readonly answer: Answer;
  /** B's own answer to the same; undefined where it was not asked for, or did not come. */
  readonly theirs: Answer | undefined;
  /** What only B's own answer has. */
  readonly traces: ReadonlySet<string>;
  /** Whether A was answered with data of B's, or has changed some. */
  readonly isHarmful: boolean;
}

/** How A tries to get at what is B's. */
export interface IntrusionOptions {
  readonly says: string;
  readonly difference?: Difference;
  /** What the request is filled with. Default: as B's own. */
  readonly values?: () => Promise<Values>;
  readonly onSuccess: (intrusion: Intrusion) => Judgement;
  readonly onRefusal: (answer: Answer | undefined) => Promise<Judgement>;
}

/** A maker of attempts at what is B's, with A's token. */
export function intrusions(operation: Operation, scene: Scene): (options: IntrusionOptions) => Attempt {
  const { a, b } = scene.users;
  const ownValues = () => scene.ownValues(operation, b);
  const watched = watch(operation, ownValues, scene);
  return ({ says, difference = {}, values = ownValues, onSuccess, onRefusal }) => ({
    says,
    authorization: bearer(a),
    // A change of A's has another body than what was there before, so that it can be seen.
    difference: { body: 2, ...difference },
    async values() {
      await watched.before();
      return values();
    },
    async judge(answer) {
      if (answer === undefined || !isSuccess(answer)) return onRefusal(answer);
      return onSuccess(await examine(answer, operation, scene, watched));
    },
  });
}

async function examine(
  answer: Answer,
  operation: Operation,
  scene: Scene,
  watched: Watch,
): Promise<Intrusion> {
  if (!isSafe(operation.method)) {
    return { answer, theirs: undefined, traces: new Set(), isHarmful: await watched.hasChanged() };
  }
  const { a, b } = scene.users;
  const theirs = await scene.control(operation, b);
  const own = await scene.control(operation, a);
  if (theirs === undefined || !isSuccess(theirs))
    return { answer, theirs, traces: new Set(), isHarmful: false };
  const traces = tracesOf(theirs, own, b.id);
  return { answer, theirs, traces, isHarmful: discloses(answer, traces) };
}
