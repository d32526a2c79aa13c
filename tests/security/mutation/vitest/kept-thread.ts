import { type PoolOptions, type PoolWorker, ThreadsPoolWorker, type WorkerRequest } from "vitest/node";
import { onSpoiltThread } from "./spoilt-thread.ts";

type Listener = (...args: unknown[]) => void;

/** The most runs in one thread, which limits what accumulates in it. */
const mostRuns = 200;

/** The thread for the next run, and how many runs it had. */
let kept: { readonly thread: ThreadsPoolWorker; runs: number } | undefined;

onSpoiltThread(() => {
  if (kept !== undefined) kept.runs = mostRuns;
});

/**
 * A thread that runs the tests of one mutant after another: loading Vitest and the sources again for each
 * takes a second, and the tests themselves take none.
 *
 * Each test file is loaded again, and the sources are not. That is good for mutants in code that runs
 * while a test does. One that runs while a file is loaded (a static mutant) gets a new thread, and so
 * does the run that finds out which is which.
 */
export class KeptThread implements PoolWorker {
  readonly name = "threads";
  readonly #options: PoolOptions;
  readonly #listeners: (readonly [event: string, listener: Listener])[] = [];

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#wantsItsOwn() || (kept?.runs ?? 0) >= mostRuns) await letGo();
    if (kept === undefined) {
      const thread = new ThreadsPoolWorker(this.#options);
      await thread.start();
      const started = { thread, runs: 0 };
      thread.on("exit", () => {
        if (kept === started) kept = undefined;
      });
      kept = started;
    }
    kept.runs++;
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener]);
    kept?.thread.on(event, listener);
  }

  off(event: string, listener: Listener): void {
    kept?.thread.off(event, listener);
  }

  send(message: WorkerRequest): void {
    if (message.type === "stop") this.#answer({ type: "stopped", __vitest_worker_response__: true });
    else kept?.thread.send(message);
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners) this.off(event, listener);
    if (this.#wantsItsOwn()) await letGo();
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  #answer(response: object): void {
    for (const [event, listener] of this.#listeners) if (event === "message") listener(response);
  }

  /** Stryker provides tests with these, and its runner with them too. */
  #wantsItsOwn(): boolean {
    const { mode, mutantActivation } = this.#options.project.getProvidedContext() as Record<string, unknown>;
    return mode !== "mutant" || mutantActivation === "static";
  }
}

async function letGo(): Promise<void> {
  const thread = kept?.thread;
  kept = undefined;
  await thread?.stop();
}
