/** Runs a function and collects Usher's warnings, which Node would print. Other warnings are passed on. */
export async function withUsherWarnings<Result>(
  run: () => Result | Promise<Result>,
): Promise<{ readonly result: Result; readonly codes: ReadonlySet<string> }> {
  const codes = new Set<string>();
  const others = process.listeners("warning");
  const collect = (warning: Error & { code?: string }): void => {
    if (warning.name === "UsherWarning") codes.add(warning.code ?? "");
    else for (const listener of others) listener(warning);
  };
  process.removeAllListeners("warning");
  process.on("warning", collect);
  try {
    const result = await run();
    // Node emits a warning on the next tick.
    await new Promise(setImmediate);
    return { result, codes };
  } finally {
    process.off("warning", collect);
    for (const listener of others) process.on("warning", listener);
  }
}
