import { AsyncLocalStorage } from "node:async_hooks";

/** The codes of the run that a warning belongs to. Node emits a warning on a later tick, in the same context. */
const current = new AsyncLocalStorage<Set<string>>();

let running = 0;
let others: NodeJS.WarningListener[] = [];

/** Runs a function and collects Usher's warnings, which Node would print. Other warnings are passed on. */
export async function withUsherWarnings<Result>(
  run: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly codes: ReadonlySet<string> }> {
  const codes = new Set<string>();
  // Runs may overlap: only the first takes the listeners away, and only the last brings them back.
  if (running++ === 0) {
    others = process.listeners("warning");
    process.removeAllListeners("warning");
    process.on("warning", collect);
  }
  try {
    const result = await current.run(codes, async () => {
      const value = await run();
      await new Promise(setImmediate);
      return value;
    });
    return { result, codes };
  } finally {
    if (--running === 0) {
      process.off("warning", collect);
      for (const listener of others) process.on("warning", listener);
    }
  }
}

function collect(warning: Error & { code?: string }): void {
  if (warning.name === "UsherWarning") current.getStore()?.add(warning.code ?? "");
  else for (const listener of others) listener(warning);
}
