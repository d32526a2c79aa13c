import type { Route } from "./route.ts";

/**
 * What a handler did with a request. `running`: it has not answered. `granted`: it answered with a success.
 * `refused`: it threw, or answered with an error itself. `passed`: it left the request to what comes next.
 */
export type Outcome = "running" | "granted" | "refused" | "passed";

/** One call of a route's handler. */
export interface HandlerRun {
  readonly route: Pick<Route, "method" | "path">;
  outcome: Outcome;
}

/** Notes that the handler of a route starts. The caller sets the outcome as soon as it is known. */
export type NoteRun = (route: Pick<Route, "method" | "path">) => HandlerRun;

/**
 * Observes every handler of the app until the returned function is called, which restores what was replaced.
 * Guards and middleware are not observed.
 */
export type Watch = (note: NoteRun) => () => void;

/** What a handler made of a request, by the status of its answer. */
export function outcomeOf(status: number): Outcome {
  return status >= 400 ? "refused" : "granted";
}

/**
 * Calls a handler, and notes its outcome by what it returns.
 *
 * @param judge The outcome of a returned value.
 */
export function noteReturned<Value>(
  run: HandlerRun,
  call: () => Value | PromiseLike<Value>,
  judge: (value: Value) => Outcome,
): Value | PromiseLike<Value> {
  try {
    const returned = call();
    if (!isThenable(returned)) {
      run.outcome = judge(returned);
      return returned;
    }
    return returned.then(
      (value) => {
        run.outcome = judge(value);
        return value;
      },
      (error: unknown) => {
        run.outcome = "refused";
        throw error;
      },
    );
  } catch (error) {
    run.outcome = "refused";
    throw error;
  }
}

export function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === "function";
}

/** The status of a `Response` of any copy of `fetch`. Undefined for any other value. */
export function statusOf(value: unknown): number | undefined {
  const { status, headers } = (value ?? {}) as { status?: unknown; headers?: { get?: unknown } };
  return typeof status === "number" && typeof headers?.get === "function" ? status : undefined;
}
